"""What is fuzzed: each target takes any bytes, and raises when a promise does not hold for them."""

from __future__ import annotations

import io
import json
import os
import socket
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from rich.console import Console

from autograder.catalog import load
from autograder.catalog.model import Objective, Part, Topic
from autograder.checks.client import Client
from autograder.checks.expect import CheckFailed
from autograder.collect import collect_one
from autograder.errors import CourseError
from autograder.report.html import part_html
from autograder.report.junit import junit
from autograder.report.schema import read_report
from autograder.report.terminal import show_report
from autograder.sandbox.job import Address
from autograder.tests.collect.conftest import hold_clean

__all__ = ["SEEDS", "TARGETS"]

_ROOT = Path(__file__).parents[3]
_TOY = _ROOT / "autograder" / "tests" / "toy"
_MOST_BYTES = 20_000
_WALL_S = 2.0


@cache
def _topic() -> Topic:
    return Topic(
        name="routing",
        title="Routing",
        course_part="basics",
        status="ready",
        difficulty="easy",
        minutes=10,
        points=2,
        objective=(Objective(id="route", text="route a request", section="routes"),),
        part=(
            Part(name="flask", kind="contract", points=1, files=("flask_app.py",)),
            Part(name="fastapi", kind="contract", points=1, files=("fastapi_app.py",)),
        ),
    )


def _collected(files: Mapping[str, bytes]) -> None:
    """Collect a hand-in; what comes out is clean, whatever went in."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as home:
        source = Path(home, "alice")
        if len(files) == 1 and not next(iter(files)).endswith(".ipynb"):
            source = Path(home, next(iter(files)))
            source.write_bytes(next(iter(files.values())))
        else:
            source.mkdir()
            for name, data in files.items():
                (source / name).write_bytes(data)
        place = Path(home, "inbox", "alice", "routing")
        hold_clean(collect_one(source, student="alice", topic=_topic(), destination=place))


def notebook(data: bytes) -> None:
    """Any bytes as the assignment's notebook."""
    _collected({"routing.ipynb": data, "flask_app.py": b"app = 1\n"})


def zipped(data: bytes) -> None:
    """Any bytes as a zip file."""
    _collected({"alice.zip": data})


def tarred(data: bytes) -> None:
    """Any bytes as a tar file, packed or not."""
    _collected({"alice.tar": data})


def source(data: bytes) -> None:
    """Any bytes as an app."""
    _collected({"flask_app.py": data, "routing.ipynb": b"{}"})


def answer(data: bytes) -> None:
    """Any bytes as a server's answer: a reply that can be looked at, or the check's failure."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=_serve_once, args=(listener, data), daemon=True)
        serving.start()
        client = Client(Address(port=listener.getsockname()[1]), wall_s=_WALL_S, max_bytes=_MOST_BYTES)
        try:
            reply = client("GET", "/", {}, None)
            assert len(reply.body) <= _MOST_BYTES
            assert len(reply.shown) < _MOST_BYTES
            assert reply.cookies is not None
            reply.expect(200, json={"id": 1})
        except CheckFailed as failure:
            failure.message.encode("utf-8", "backslashreplace")
        serving.join()


def _serve_once(listener: socket.socket, data: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        try:
            connection.recv(65_536)
            connection.sendall(data)
        except OSError:
            return  # the client had heard enough


def course(data: bytes) -> None:
    """Any bytes as course.toml: a course, or an error that says what is wrong."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as home:
        Path(home, "course.toml").write_bytes(data)
        try:
            catalog = load(Path(home))
        except CourseError as error:
            if not (error.what and error.where and error.remedy):
                raise AssertionError("An error that says too little") from error
            return
        assert catalog.course.points == sum(topic.points for topic in catalog.course.topic)


def report(data: bytes) -> None:
    """Any bytes as a report: refused, or shown in every form, with no control character let through."""
    try:
        read = read_report(data)
    except CourseError:
        return
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(file=nowhere, width=80, record=True)
        show_report(read, console)
        shown = console.export_text(styles=False)
    assert not any(each in shown for each in "\x1b\x07\x9b\r")
    for part in read.parts:
        assert "<script" not in part_html(part).lower()
    junit([read])


def _zip_seed() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("flask_app.py", "app = 1\n" * 20)
        archive.writestr("work/routing.ipynb", '{"cells": [], "nbformat": 4}')
    return out.getvalue()


def _tar_seed(mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo("flask_app.py")
        info.size = 8
        archive.addfile(info, io.BytesIO(b"app = 1\n"))
        link = tarfile.TarInfo("fastapi_app.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


def _notebook_seed() -> bytes:
    meta = {"nbgrader": {"grade": True, "grade_id": "flask", "locked": True, "points": 1, "solution": False}}
    cell = {"cell_type": "code", "id": "a", "metadata": meta, "source": ["check()"], "outputs": []}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _report_seed() -> bytes:
    from autograder.tests.report.samples import mixed  # noqa: PLC0415 - only for the seed

    return mixed().model_dump_json().encode()


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each for each in (notebook, zipped, tarred, source, answer, course, report)
}
"""By name."""


@cache
def SEEDS() -> Mapping[str, tuple[bytes, ...]]:  # noqa: N802 - a constant that is made at the first need
    """Bytes that are right, or nearly: where a fuzzer begins."""
    ok = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"id": 1}'
    chunked = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"id": 1}\r\n0\r\n\r\n'
    return {
        "notebook": (_notebook_seed(), b"{}", b"[" * 100),
        "zipped": (_zip_seed(),),
        "tarred": (_tar_seed("w"), _tar_seed("w:gz"), _tar_seed("w:xz")),
        "source": (b"app = 1\n", b"# -*- coding: utf-16 -*-\n", b"\xef\xbb\xbfx = 1"),
        "answer": (
            ok,
            chunked,
            b"HTTP/1.1 103 Early\r\n\r\n" + ok,
            b"HTTP/1.0 200\r\nSet-Cookie: a=b; x\r\n\r\n",
        ),
        "course": ((_TOY / "course.toml").read_bytes(), (_ROOT / "course.toml").read_bytes()[:4000]),
        "report": (_report_seed(),),
    }
