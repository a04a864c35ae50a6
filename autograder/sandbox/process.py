"""A process without a wall: its output capped, its time limited; on every operating system."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from typing import IO

from autograder.outcome import Limit

__all__ = ["Process"]

_BLOCK = 65536
_LAST_WORDS_S = 2.0


class Process:
    """One child process, read by threads until it ends or meets a limit.

    Args:
        child: just started, or still waiting for its first line; all its streams are pipes.
        output_bytes: what it may write.
        first_line: written to its standard input, which ends with it.

    Attributes:
        limit: the limit at which it was ended, if any.
    """

    def __init__(self, child: subprocess.Popen[bytes], *, output_bytes: int, first_line: bytes = b"") -> None:
        self.limit: Limit | None = None
        self.ended = threading.Event()
        self._most = output_bytes
        self._total = 0
        self._child = child
        assert self._child.stdin
        assert self._child.stdout
        assert self._child.stderr
        with contextlib.suppress(OSError), self._child.stdin as words:
            words.write(first_line)
        self._kept = [bytearray(), bytearray()]
        self._readers = [
            threading.Thread(target=self._drain, args=pair, daemon=True)
            for pair in zip((self._child.stdout, self._child.stderr), self._kept, strict=True)
        ]
        for each in (*self._readers, threading.Thread(target=self._await_end, daemon=True)):
            each.start()

    @property
    def code(self) -> int | None:
        """The exit code, the negative number of the signal that ended it, or None while it runs."""
        return self._child.returncode if self.ended.is_set() else None

    def end(self, limit: Limit | None = None) -> None:
        """Kill the process and what belongs to its session."""
        if limit is not None and self.limit is None and self.code is None:
            self.limit = limit
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)
        self._child.kill()

    def output(self) -> tuple[str, str]:
        """What it wrote, capped; waits for the last of it."""
        for each in self._readers:
            each.join(_LAST_WORDS_S)
        stdout, stderr = (bytes(each).decode("utf-8", "replace").replace("\r\n", "\n") for each in self._kept)
        return stdout, stderr

    def _drain(self, pipe: IO[bytes], kept: bytearray) -> None:
        with pipe:
            while block := os.read(pipe.fileno(), _BLOCK):
                room = self._most - self._total
                self._total += len(block)
                kept += block[: max(0, room)]
                if self._total > self._most:
                    self.end(Limit.OUTPUT)

    def _await_end(self) -> None:
        self._child.wait()
        self.ended.set()
