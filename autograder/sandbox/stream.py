"""How much of what a process writes is kept: pipes that the watchdog drains, with one cap over them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

from autograder.sandbox.watchdog import Watchdog

__all__ = ["Stream"]

_BLOCK = 65536


class Stream:
    """Pipes whose reading ends are drained at once and whose writing ends are given away.

    Attributes:
        writers: the writing ends, one a pipe.
        total: bytes read so far, those that were dropped included.
    """

    def __init__(self, watchdog: Watchdog, pipes: int, most: int, more: Callable[[], None]) -> None:
        pairs = [os.pipe() for _ in range(pipes)]
        self.writers = [writer for _, writer in pairs]
        self.total = 0
        self._readers = [reader for reader, _ in pairs]
        self._kept = [bytearray() for _ in pairs]
        self._most = most
        self._more = more
        self._watchdog = watchdog
        for at, reader in enumerate(self._readers):
            os.set_blocking(reader, False)
            watchdog.read(reader, lambda at=at: self._ready(at))  # type: ignore[misc]

    def rest(self) -> list[bytes]:
        """All that was kept, after the last writer is gone."""
        for writer in self.writers:
            os.close(writer)
        self.writers = []
        for at, reader in enumerate(self._readers):
            self._watchdog.unread(reader)
            with contextlib.suppress(BlockingIOError):
                while self._drain(at):
                    pass
        return [bytes(each) for each in self._kept]

    def close(self) -> None:
        """Close all descriptors."""
        for reader in self._readers:
            self._watchdog.unread(reader)
        for each in (*self.writers, *self._readers):
            os.close(each)
        self.writers, self._readers = [], []

    def _ready(self, at: int) -> None:
        with contextlib.suppress(BlockingIOError):
            if not self._drain(at):
                self._watchdog.unread(self._readers[at])
        self._more()

    def _drain(self, at: int) -> int:
        """Read once; the number of bytes, 0 at the end. Raises BlockingIOError when there is nothing yet."""
        block = os.read(self._readers[at], _BLOCK)
        self.total += len(block)
        room = self._most - sum(map(len, self._kept))
        self._kept[at] += block[: max(0, room)]
        return len(block)
