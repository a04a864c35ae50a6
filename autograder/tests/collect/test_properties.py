"""Whatever is handed in: no crash, no hang, and a clean folder."""

from __future__ import annotations

import io
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.catalog.model import Topic
from autograder.collect import collect_one
from autograder.collect.tarred import TarDamaged, members
from autograder.submission import Submission

WORDS = [
    "flask_app.py",
    "Flask_App (1).py",
    "fastapi_app.py",
    "flask_app",
    "__init__.py",
    "routing.ipynb",
    "a.txt",
]
ODD = [
    "..",
    ".",
    "",
    "/",
    "C:",
    "\\",
    "\n",
    "\0",
    "-rf",
    "\u202e",
    "ü",
    "A.TXT",
    ".git",
    "conftest.py",
    "x" * 300,
]
names = st.lists(st.sampled_from(WORDS + ODD) | st.text(max_size=5), min_size=1, max_size=4).map("/".join)
contents = st.sampled_from([b"", b"x = 1", b"\xff", b"\0", b'{"cells": [{}]}', b"[" * 50]) | st.binary(
    max_size=50
)
entries = st.lists(st.tuples(names, contents), max_size=8)
kinds = st.sampled_from(
    [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE]
)


@contextmanager
def _collected(data: bytes, topic: Topic) -> Iterator[Submission]:
    with tempfile.TemporaryDirectory() as home:
        source = Path(home, "alice.zip")
        source.write_bytes(data)
        started = time.monotonic()
        submission = collect_one(
            source, student="alice", topic=topic, destination=Path(home, "inbox", "alice", "routing")
        )
        assert time.monotonic() - started < 30
        assert {path.name for path in Path(home).iterdir()} == {"alice.zip", "inbox"}
        yield submission


def _zip(files: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            info = zipfile.ZipInfo("placeholder")
            info.filename = name  # as it stands; ZipInfo would cut it at a NUL
            archive.writestr(info, data)
    return out.getvalue()


def _tar(files: list[tuple[str, bytes]], kind: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        special = tarfile.TarInfo("b.txt")
        special.type, special.linkname = kind, "/etc/shadow"
        archive.addfile(special)
    return out.getvalue()


def test_any_zip_makes_a_clean_folder(topic: Topic, assert_clean: Callable[[Submission], None]) -> None:
    @settings(max_examples=150, deadline=None)
    @given(entries)
    def holds(files: list[tuple[str, bytes]]) -> None:
        import warnings  # noqa: PLC0415 - only to allow what zipfile says of a name that is there twice

        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Duplicate name")
            data = _zip(files)
        with _collected(data, topic) as submission:
            assert_clean(submission)

    holds()


def test_any_tar_makes_a_clean_folder(topic: Topic, assert_clean: Callable[[Submission], None]) -> None:
    @settings(max_examples=150, deadline=None)
    @given(entries, kinds)
    def holds(files: list[tuple[str, bytes]], kind: bytes) -> None:
        with _collected(_tar(files, kind), topic) as submission:
            assert_clean(submission)

    holds()


def test_any_damage_to_an_archive_makes_a_clean_folder(
    topic: Topic, assert_clean: Callable[[Submission], None]
) -> None:
    files = [("flask_app.py", b"x = 1" * 20), ("templates/a.html", b"<p>" * 100), ("fastapi_app.py", b"x")]
    whole = [_zip(files), _tar(files, tarfile.SYMTYPE)]

    @settings(max_examples=300, deadline=None)
    @given(st.sampled_from(whole), st.integers(0, 20_000), st.binary(min_size=1, max_size=8))
    def holds(data: bytes, at: int, damage: bytes) -> None:
        at %= len(data)
        with _collected(data[:at] + damage + data[at + len(damage) :], topic) as submission:
            assert_clean(submission)

    holds()


@settings(max_examples=200, deadline=None)
@given(entries, st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
def test_our_tar_reader_sees_what_the_standard_library_sees(
    files: list[tuple[str, bytes]], kind: int
) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as archive:
        for name, data in files:
            if "\0" in name or not name or name.endswith("/"):
                continue
            info = tarfile.TarInfo(name)
            info.size = len(data)
            try:
                archive.addfile(info, io.BytesIO(data))
            except (ValueError, UnicodeEncodeError):  # a name that this dialect cannot hold
                continue
    data = out.getvalue()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        theirs = [(info.name, info.size, info.offset_data) for info in archive if info.isreg()]
    ours = [(each.name, each.size, each.start) for each in members(data) if each.plain]
    assert ours == theirs


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=3_000))
def test_our_tar_reader_ends_on_any_bytes(data: bytes) -> None:
    try:
        found = list(members(data))
    except TarDamaged:
        return
    assert all(each.start + (each.size if each.plain else 0) <= len(data) for each in found)
