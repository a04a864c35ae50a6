"""The connection of an app's process without a wall: what it tells, what it is asked."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from autograder.sandbox import launcher
from autograder.sandbox.process import Process

__all__ = ["LAST_WORDS_S", "Door", "PlainLink"]

LAST_WORDS_S = 0.05
"""How long a process on its way out may take to be gone."""
_LAST_LINES_S = 2.0
_LOOK_S = 0.05
_ACCEPT_WALL_S = 0.1
_LONGEST_LINE = 4096


@dataclass(frozen=True, slots=True)
class Door:
    """Where one process reports, and the word by which it is known: any other may find the port."""

    listener: socket.socket
    token: str

    @classmethod
    def open(cls) -> Self:
        """A new one, on a free loopback port."""
        return cls(socket.create_server(("127.0.0.1", 0)), secrets.token_hex(16))

    @property
    def port(self) -> int:
        """The loopback port."""
        return int(self.listener.getsockname()[1])


class PlainLink:
    """What the process of a job has told, over all its starts.

    Attributes:
        entered: our launcher ran in it.
        started: it serves every app.
        ports: where the apps answer, each 0 until that is known; they stay the same over restarts.
    """

    def __init__(self, apps: int) -> None:
        self.entered = False
        self.started = False
        self.ports = [0] * apps
        self._lives = False
        self._hearing: threading.Thread | None = None
        self._control: socket.socket | None = None
        self._changed = threading.Condition()

    def hear(self, process: Process, door: Door) -> None:
        """From now on, in a thread, note what this process says, until it ends."""
        self._hearing = threading.Thread(target=self._hear, args=(process, door), daemon=True)
        self._hearing.start()

    def heard_out(self) -> None:
        """Wait until all is noted that a process said which has ended."""
        if self._hearing is not None:
            self._hearing.join(_LAST_LINES_S)

    def wait(self, condition: Callable[[], bool], process: Process, wall_s: float) -> bool:
        """Wait until a condition holds or the process has ended; whether it holds."""
        deadline = time.monotonic() + wall_s
        with self._changed:
            while not condition() and process.code is None and time.monotonic() < deadline:
                self._changed.wait(_LOOK_S)
            return condition()

    def ask_to_end(self, process: Process, grace_s: float) -> None:
        """Ask the process to end, as a server is asked, and wait for that."""
        with self._changed:
            control = self._control
        if control is not None:
            with contextlib.suppress(OSError):
                control.sendall(b"s")
            process.ended.wait(grace_s)

    def let_it_end(self, process: Process) -> None:
        """Wait a moment for a process that may be on its way out, unless it says that it is not."""
        with self._changed:
            self._lives = False
            if self._control is not None:
                with contextlib.suppress(OSError):
                    self._control.sendall(launcher.ALIVE)
        self.wait(lambda: self._lives, process, LAST_WORDS_S)

    def hang_up(self) -> None:
        """Forget the process, before another one is started."""
        with self._changed:
            self._control, self.started = None, False

    def _hear(self, process: Process, door: Door) -> None:
        with door.listener as listener:
            listener.settimeout(_ACCEPT_WALL_S)
            ended = False
            while not ended:
                ended = process.code is not None  # what it said before that still waits at the door
                with contextlib.suppress(OSError):
                    link, _ = listener.accept()
                    link.settimeout(None)
                    if self._listen(link, door.token):
                        break
        process.ended.wait()
        with self._changed:
            self._changed.notify_all()

    def _listen(self, link: socket.socket, token: str) -> bool:
        with link, link.makefile("rb") as lines:
            first = _parsed(lines.readline(_LONGEST_LINE))
            if first.get("token") != token:
                return False
            with self._changed:
                self._control, self.entered = link, True
                self.ports = [int(each) for each in first["ports"]]
                self._changed.notify_all()
            while line := lines.readline(_LONGEST_LINE):
                told = _parsed(line).get("is")
                with self._changed:
                    self.started = self.started or told == "started"
                    self._lives = self._lives or told == "alive"
                    self._changed.notify_all()
        return True


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
