"""Archives made to hurt: bombs, lies about sizes, overlaps, damage."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.collect import Caps
from autograder.submission import Submission

Collect = Callable[..., Submission]
Kept = Callable[[Submission], set[str]]
Pack = Callable[..., Path]
BOTH = {"flask_app.py": b"x = 1", "fastapi_app.py": b"x = 2"}


def test_a_member_of_a_hundred_megabytes_is_left_out_without_unpacking_it(
    collect: Collect, kept: Kept, home: Path, zipped: Pack
) -> None:
    path = zipped(BOTH)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("big.txt", "w") as big:
        for _ in range(100):
            big.write(bytes(1_000_000))
    assert path.stat().st_size < 200_000
    started = time.monotonic()
    submission = collect(home / "alice.zip")
    assert time.monotonic() - started < 30
    assert kept(submission) == set(BOTH)
    assert '"big.txt" was left out: it is larger than 1 MB.' in submission.notes


def test_a_zip_member_that_lies_about_its_size_is_left_out(
    collect: Collect, kept: Kept, zipped: Pack
) -> None:
    path = zipped({**BOTH, "big.txt": bytes(50_000_000)})
    size = struct.pack("<L", 50_000_000)
    for lie in (b"\x05\0\0\0", struct.pack("<L", 999_999)):
        path.write_bytes(path.read_bytes().replace(size, lie))
        submission = collect(path)
        assert kept(submission) == set(BOTH)
        assert (
            '"big.txt" was left out: it is damaged within the archive; pack the files again.'
            in submission.notes
        )
        size = lie


def test_many_members_that_unpack_to_too_much_in_all_are_refused(collect: Collect, zipped: Pack) -> None:
    many = {f"f{number}.txt": os.urandom(10) + bytes(90_000) for number in range(30)}
    submission = collect(zipped({**BOTH, **many}), caps=Caps(unpacked_bytes=1_000_000))
    assert submission.refusal is not None
    assert "unpacks to more than 1 MB" in submission.refusal


def test_what_does_not_fit_the_total_is_left_out(collect: Collect, zipped: Pack) -> None:
    submission = collect(zipped({**BOTH, "z.txt": bytes(900)}), caps=Caps(total_bytes=500))
    assert any('"z.txt" was left out: the files of your hand-in add up' in note for note in submission.notes)
    assert submission.parts["flask"].refusal is None


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_a_compressed_bomb_is_refused(collect: Collect, home: Path, pack: Callable[[bytes], bytes]) -> None:
    (home / "alice.tar.gz").write_bytes(pack(bytes(10_000_000)))
    submission = collect(home / "alice.tar.gz", caps=Caps(unpacked_bytes=1_000_000))
    assert submission.refusal is not None
    assert "unpacks to more than 1 MB" in submission.refusal


def test_a_bomb_of_many_streams_is_refused_quickly(collect: Collect, home: Path) -> None:
    (home / "alice.tgz").write_bytes(gzip.compress(b"") * 500_000)
    started = time.monotonic()
    assert collect(home / "alice.tgz").refusal is not None
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_method_that_unpacks_in_one_gulp_is_left_out(
    collect: Collect, zipped: Pack, method: int
) -> None:
    submission = collect(zipped(BOTH, method))
    assert submission.parts["flask"].refusal == (
        "Your flask_app.py could not be taken: it is packed in a way that is not read here; "
        "pack it as an ordinary zip."
    )


def test_overlapping_members_are_refused(collect: Collect, home: Path) -> None:
    (home / "alice.zip").write_bytes(_overlapping_zip())
    submission = collect(home / "alice.zip")
    assert submission.refusal is not None
    assert "damaged" in submission.refusal


def _overlapping_zip() -> bytes:
    """Two entries of the table of contents that share one member's bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("flask_app.py", "x" * 100)
    data = out.getvalue()
    directory = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[directory:end]
    other = entry.replace(b"flask_app.py", b"other_app.py")
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 2 * len(entry), directory, 0)
    return data[:directory] + entry + other + tail


@pytest.mark.parametrize("count", [60_000, 100_000])
def test_a_table_of_contents_of_too_many_entries_is_refused_quickly(
    collect: Collect, home: Path, count: int
) -> None:
    entry = (
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"a.txt"
    )
    tail = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, count % 65_536, count % 65_536, count * len(entry), 0, 0
    )
    (home / "alice.zip").write_bytes(b"PK\x03\x04" + entry * count + tail)
    started = time.monotonic()
    refusal = collect(home / "alice.zip").refusal
    assert refusal is not None
    assert "more than 50000 entries" in refusal
    assert time.monotonic() - started < 30


def test_more_files_than_allowed_are_left_out_and_the_apps_come_first(
    collect: Collect, kept: Kept, zipped: Pack
) -> None:
    many = {f"a/{number}.txt": b"x" for number in range(500)}
    submission = collect(zipped({**many, **BOTH}))
    assert set(BOTH) <= kept(submission)
    assert len(kept(submission)) == 200
    assert any("more than 200 files" in note for note in submission.notes)


def test_a_tar_that_ends_early_is_refused(collect: Collect, tarred: Pack) -> None:
    path = tarred({**BOTH, "z.txt": bytes(5_000)}, "w")
    path.write_bytes(path.read_bytes()[:3_000])
    refusal = collect(path).refusal
    assert refusal is not None
    assert "damaged" in refusal


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(17),
        b"\x1f\x8b",
        b"BZh9",
        b"\xfd7zXZ\0",
        bytes(300),
        b"Rar!\x1a\x07",
    ],
)
def test_what_only_looks_like_an_archive_is_refused_with_a_sentence(
    collect: Collect, home: Path, data: bytes
) -> None:
    (home / "alice.zip").write_bytes(data)
    refusal = collect(home / "alice.zip").refusal
    assert refusal is not None
    assert "hand i" in refusal


def test_a_tar_of_a_negative_size_neither_hangs_nor_counts(collect: Collect, tarred: Pack) -> None:
    path = tarred(BOTH, "w")
    data = bytearray(path.read_bytes())
    data[124:136] = b"\xff" * 12
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    path.write_bytes(bytes(data))
    assert collect(path).refusal is not None


def test_a_damaged_member_is_left_out_alone(collect: Collect, zipped: Pack) -> None:
    path = zipped(BOTH, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"x = 2", b"x = 3", 1))
    submission = collect(path)
    assert zlib.crc32(b"x = 2") != zlib.crc32(b"x = 3")
    assert submission.parts["flask"].refusal is None
    assert "damaged within the archive" in (submission.parts["fastapi"].refusal or "")
