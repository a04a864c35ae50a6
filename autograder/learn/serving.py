"""Serves a topic's apps while their learner works on them: each starts again when its files are saved."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.catalog import Part
from autograder.errors import UsageError
from autograder.frameworks import FRAMEWORKS
from autograder.learn.served import CONFIG, MODULE
from autograder.release.claims import authored_files, file_or_package, matches

__all__ = ["LOOPBACK", "Served", "Tell", "free_ports"]

LOOPBACK = "127.0.0.1"
_FACTORY = "autograder.learn.served:made"
_PARTING_S = 5
_LOOK_WALL_S = 0.2
_SOURCES = {".py", ".html", ".jinja", ".css", ".js", ".toml", ".yaml", ".sql"}
"""Endings of what an author writes; what an app writes, such as a log, starts nothing again."""

Tell = Callable[[str], None]
"""Takes one line that an app printed."""


class Served:
    """One part's app in a process of its own.

    Args:
        part: a part with a framework.
        folder: where its files lie.
        port: a free port.
        tell: takes what the app prints, a line at a time, from another thread.
    """

    def __init__(self, part: Part, folder: Path, port: int, tell: Tell) -> None:
        assert part.framework is not None
        self.framework = FRAMEWORKS[part.framework]
        self.part = part
        self.folder = folder
        self.port = port
        self._tell = tell
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._seen = self._signature()
        self._pending: object = None

    @property
    def address(self) -> str:
        """Where the app answers."""
        return f"http://{LOOPBACK}:{self.port}/"

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def answers(self) -> bool:
        """Whether something listens on the port."""
        with (
            contextlib.suppress(OSError),
            socket.create_connection((LOOPBACK, self.port), timeout=_LOOK_WALL_S),
        ):
            return True
        return False

    def start(self) -> None:
        """Start the app's process."""
        command = self.framework.serve_command(_FACTORY, self.port)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, on the learner's own app
            [sys.executable, *command],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            **_apart(),
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def stop(self) -> None:
        """End the app's process, and wait for its end."""
        process = self._process
        if process is None:
            return
        if sys.platform == "win32" and process.stdin is not None:
            process.stdin.close()  # there, to terminate is to kill
        else:
            process.terminate()
        try:
            process.wait(_PARTING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._reader is not None:
            self._reader.join(_PARTING_S)
        if process.stdin is not None:
            process.stdin.close()
        # What the app itself started may still hold the other end; closing would wait for it.
        if process.stdout is not None and not (self._reader and self._reader.is_alive()):
            process.stdout.close()
        self._process = None

    def was_saved(self) -> bool:
        """Whether its files changed since the last time that this said so, and are still for one look."""
        now = self._signature()
        settled = now == self._pending
        self._pending = now
        if now == self._seen or not settled:
            return False
        self._seen = now
        return True

    def _environment(self) -> dict[str, str]:
        told = {MODULE: self.framework.module, CONFIG: json.dumps(self.part.apps[:1])}
        if self.part.database:
            told["DATABASE_URL"] = "sqlite:///bank.db"
        text = {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return {**os.environ, **self.part.environment, **told, **text}

    def _read(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            self._tell(line.rstrip("\n"))

    def _signature(self) -> object:
        """What changes when a file is saved: the time of the change, and the size."""
        found = []
        for file in authored_files(self.folder):
            path = PurePosixPath(file.relative_to(self.folder).as_posix())
            if file.suffix in _SOURCES and any(
                matches(path, each) for each in file_or_package(self.part.files)
            ):
                with contextlib.suppress(FileNotFoundError):  # an editor is about to rename another to it
                    state = file.stat()
                    found.append((str(path), state.st_mtime_ns, state.st_size))
        return found


def free_ports(count: int, first: int | None = None) -> list[int]:
    """Ports that nobody listens on: any, or those from ``first`` on.

    Raises:
        UsageError: one of them is taken.
    """
    wanted: Sequence[int] = range(first, first + count) if first else [0] * count
    with contextlib.ExitStack() as held:
        return [_bound(held, port) for port in wanted]


def _bound(held: contextlib.ExitStack, port: int) -> int:
    probe = held.enter_context(socket.socket())
    if sys.platform != "win32":  # there the option would take a port from whoever has it
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"Port {port} cannot be had: {getattr(error, 'strerror', None) or error}.",
            where="course serve",
            remedy="Name another with --port, or leave it out to get free ones.",
        ) from error
    return int(probe.getsockname()[1])


def _apart() -> dict[str, Any]:
    """Ctrl-C reaches this process alone, which then ends the app's in order."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
