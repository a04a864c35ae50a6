"""The line to a box's pid 1: orders go in, what became of the app comes out."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.outcome import Limit

__all__ = ["Link", "Told"]

_BLOCK = 65536
_SLACK = 1_048_576
_PONG_WALL_S = 1.0


@dataclass(slots=True)
class Told:
    """What pid 1 has told so far.

    Attributes:
        ended: the app's exit code, or the negative number of the signal that ended it.
        gone: the line is cut: pid 1 is no more.
        over: a limit that pid 1 itself saw passed.
        listeners: sockets that it opened for backends, by the backend's name.
    """

    entered: bool = False
    started: bool = False
    ended: int | None = None
    gone: bool = False
    pongs: int = 0
    over: Limit | None = None
    results: Mapping[str, bytes] = field(default_factory=dict)
    listeners: dict[str, socket.socket] = field(default_factory=dict)


class Link:
    """One end of the socket to pid 1.

    Args:
        result_bytes: the most that all result files together may have.

    Attributes:
        told: read it with `changed` held, or after the end.
        changed: notified with every line.
        theirs: the other end, to be handed into the box and closed.
    """

    def __init__(self, result_bytes: int) -> None:
        self.told = Told()
        self.changed = threading.Condition()
        self._ours, self.theirs = socket.socketpair()
        self._most = _SLACK + 2 * result_bytes
        self._unread = bytearray()
        self._files: list[int] = []
        self._pings = 0

    def fileno(self) -> int:
        """The descriptor to be watched."""
        return self._ours.fileno()

    def close(self) -> None:
        """Close both ends, and the listeners that nobody took."""
        for each in (self._ours, self.theirs, *self.told.listeners.values()):
            each.close()

    def send(self, order: Mapping[str, object], files: Sequence[int] = ()) -> None:
        """Send an order, and descriptors with it; a box that is gone says so by itself."""
        line = json.dumps(order).encode() + b"\n"
        with contextlib.suppress(OSError):
            sent = socket.send_fds(self._ours, [line], list(files))
            self._ours.sendall(line[sent:])

    def hear(self) -> None:
        """Take in what has come. Raises ValueError when it is nothing that our launcher says."""
        try:
            data, files, _, _ = socket.recv_fds(self._ours, _BLOCK, 16, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            data, files = b"", []
        self._files += files
        with self.changed:
            self.told.gone = self.told.gone or not data
            self._unread += data
            if b"\n" in data:
                *lines, self._unread = self._unread.split(b"\n")
                for line in lines:
                    self._note(json.loads(line))
            self.changed.notify_all()
        if len(self._unread) > self._most:
            message = "pid 1 sends a line without end"
            raise ValueError(message)

    def wait(self, condition: Callable[[], bool], wall_s: float) -> bool:
        """Wait until a condition on what was told holds; whether it does."""
        with self.changed:
            return self.changed.wait_for(condition, wall_s)

    def ping(self, over: Callable[[], bool]) -> None:
        """Have pid 1 look whether the app is dead, and wait until it has said so."""
        if not self.told.entered or over():
            return
        self._pings += 1
        self.send({"do": "ping"})
        self.wait(lambda: self.told.pongs >= self._pings or over(), _PONG_WALL_S)

    def _note(self, line: dict[str, Any]) -> None:
        match line["is"]:
            case "entered":
                self.told.entered = True
            case "listening":
                files, self._files = self._files, []
                listeners = [socket.socket(fileno=each) for each in files]
                self.told.listeners = dict(zip(line["backends"], listeners, strict=True))
            case "started":
                self.told.started = True
            case "pong":
                self.told.pongs += 1
            case "over":
                self.told.over = Limit(line["limit"])
            case "exited":
                self.told.results = {name: base64.b64decode(text) for name, text in line["results"].items()}
                self.told.ended = line["code"]
