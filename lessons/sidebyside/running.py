"""``serving``: a pair's app on a real server, started on a free port, waited for, and always stopped."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError, UsageError
from sidebyside.hosts import Answer, Request
from sidebyside.observing import NOTES, TARGET
from sidebyside.places import ROOT_VARIABLE, app_file, lessons_folder
from sidebyside.servers import Setup, parse_setup

__all__ = ["Running", "serving"]

_START_PATIENCE_S = 30.0
_STOP_PATIENCE_S = 8.0
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs, or the reason why it does not; false in the latter case.

    Attributes:
        setup: which app on which server.
        port: on loopback; 0 when it does not run.
        notes: where the app's requests are written down.
        absent: why it cannot run on this system.
    """

    setup: Setup
    port: int
    notes: Path
    absent: str | None = None

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    def __bool__(self) -> bool:
        return self.absent is None

    def send(self, method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send one request on a connection of its own."""
        request = Request(method, url, headers or {}, body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_START_PATIENCE_S)
        try:
            connection.request(method, request.target, body or None, {**request.headers})
            answer = connection.getresponse()
            named = tuple((name.lower(), value) for name, value in answer.getheaders())
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()


@contextlib.contextmanager
def serving(topic: str, on: str, *, port: int | None = None) -> Iterator[Running]:
    """Run one app of a lesson's pair on a real server while the context lasts.

    Args:
        topic: the lesson's name.
        on: the app and the server, such as ``flask on waitress:8`` (eight threads) or ``fastapi on uvicorn``.
        port: which port; a free one when not given.

    Yields:
        The running server. Where it cannot run, such as gunicorn on Windows, that is printed and what is
        yielded is false.

    Raises:
        UsageError: there is no such lesson or server, they do not fit, or the port asked for is taken.
        CourseError: the server does not start; what it printed is in the error.
    """
    setup = parse_setup(on)
    app_file(topic, setup.framework)
    with tempfile.TemporaryDirectory(prefix="sidebyside-", ignore_cleanup_errors=True) as folder:
        notes = Path(folder, "notes.txt")
        notes.touch()
        if setup.absent is not None:
            print(f"{setup.title}: not run here. {setup.absent}")
            yield Running(setup, 0, notes, setup.absent)
            return
        if port is not None and not _is_free(port):
            raise UsageError(
                f"Port {port} is taken.",
                where=f"serving({topic!r}, {on!r}, port={port})",
                remedy="Leave the port out to get a free one, or stop what listens there.",
            )
        running, process = _start(topic, setup, notes, port)
        try:
            yield running
        finally:
            _stop(process)


def _start(
    topic: str, setup: Setup, notes: Path, port: int | None
) -> tuple[Running, subprocess.Popen[bytes]]:
    """Start on a free port; once more on another where someone else took it in between."""
    said = ""
    for _ in range(1 if port else _TRIES):
        running = Running(setup, port or _free_port(), notes)
        log = notes.with_name("log.txt")
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - a server of ours with arguments of ours
                setup.command(running.port),
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                cwd=notes.parent,
                env=_environment(topic, setup, notes),
                start_new_session=sys.platform != "win32",
            )
        if _answers(running, process):
            return running, process
        _stop(process)
        said = log.read_text(encoding="utf-8", errors="replace").strip()
    raise CourseError(
        f"{setup.title} did not start: {said[-600:] or 'it printed nothing.'}",
        where=f"lessons/{topic}",
        remedy=f"Start it by hand and read what it prints: {' '.join(setup.command(8000))}",
    )


def _environment(topic: str, setup: Setup, notes: Path) -> dict[str, str]:
    return {
        **os.environ,
        TARGET: f"{topic} {setup.framework.name}",
        NOTES: str(notes),
        ROOT_VARIABLE: str(lessons_folder().parent),
        "PYTHONPATH": os.pathsep.join(
            [str(Path(__file__).resolve().parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        ),
    }


def _answers(running: Running, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the server answers; False when it ended instead, or is silent for too long."""
    end = time.monotonic() + _START_PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            running.send("GET", "/")
            # Someone else may have the port, and ours be about to notice.
            return process.poll() is None
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and all that it started."""
    _signal(process, signal.SIGTERM)
    try:
        process.wait(_STOP_PATIENCE_S)
    except subprocess.TimeoutExpired:
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    if sys.platform == "win32":
        process.terminate()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False
