"""How many hand-ins are under way at once: what keeps every core busy, though some only wait.

Judging one hand-in takes one core at the most, since app and checks answer each other in turns, and
none while an app hangs. So there are more under way than jobs, and yet more while the machine has room.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from pathlib import Path
from typing import TypeVar

from autograder.garbage import look_as_usual

__all__ = ["as_judged", "has_room", "most_under_way"]

T = TypeVar("T")
R = TypeVar("R")

_LOOK_S = 0.25
_LOOKS = 4
"""Times in a row that there must be room before one more is begun."""


def most_under_way(jobs: int) -> int:
    """How many hand-ins ``as_judged`` ever has under way."""
    return 4 * jobs


def as_judged(
    items: Iterable[T],
    begin: Callable[[T], Future[R]],
    *,
    jobs: int,
    room: Callable[[int], bool] | None = None,
) -> Generator[tuple[T, Future[R]], None, None]:
    """Begin every item, a few at a time, and tell of each as soon as it is done.

    Items are taken from ``items`` when their turn comes, and forgotten when they were told of, so
    that memory does not grow with their number. Leaving early begins nothing more.

    Args:
        items: what is to be judged.
        begin: begins one.
        jobs: how many cores to use.
        room: whether a core of so many is idle.
    """
    look_as_usual()
    left = iter(items)
    running: dict[Future[R], T] = {}
    level = _Level(jobs, room or has_room)

    def fill() -> None:
        for item in islice(left, max(0, level.most - len(running))):
            running[begin(item)] = item

    try:
        fill()
        while running:
            done, _ = wait(running, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
            told = [(running.pop(future), future) for future in list(running) if future in done]
            level.look()
            # Before they are told of: recording them takes time.
            fill()
            yield from told
    finally:
        for future in running:
            future.cancel()


class _Level:
    """How many may be under way now: twice the jobs, and one more each time that a core stays idle."""

    def __init__(self, jobs: int, room: Callable[[int], bool]) -> None:
        self._jobs = jobs
        self._room = room
        self._looked = time.monotonic()
        self._in_a_row = 0
        self.most = 2 * jobs

    def look(self) -> None:
        """Change it, if it is time."""
        now = time.monotonic()
        if now - self._looked < _LOOK_S:
            return
        self._looked = now
        self._in_a_row = self._in_a_row + 1 if self._room(self._jobs) else 0
        if self._in_a_row >= _LOOKS:
            self.most = min(self.most + 1, most_under_way(self._jobs))
        elif self._in_a_row == 0:
            self.most = max(self.most - 1, 2 * self._jobs)


def has_room(jobs: int) -> bool:
    """Whether fewer than ``jobs`` processes of this machine want a core now; where unknown, no."""
    try:
        running = Path("/proc/loadavg").read_text("ascii").split()[3].partition("/")[0]
    except OSError:
        return False
    return int(running) - 1 < jobs  # this thread is one of them
