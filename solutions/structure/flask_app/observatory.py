"""Everything that one app has, put together once and taken apart in the reverse order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from .clock import Clock, SetClock, SystemClock
from .desk import Desk
from .entries import Entries
from .instruments import open_dome, unpark_telescope
from .night_log import NightLog
from .settings import Settings

__all__ = ["Observatory", "open_observatory"]


@dataclass(frozen=True)
class Observatory:
    """What the routes work with."""

    site: str
    entries: Entries
    desk: Desk


@contextmanager
def open_observatory(settings: Settings) -> Iterator[Observatory]:
    """An observatory whose log, dome and telescope are open for as long as the block runs."""
    with NightLog(settings.log) as log, open_dome(log), unpark_telescope(log):
        yield Observatory(settings.site, Entries(_clock(settings), log), Desk(settings.plates))


def _clock(settings: Settings) -> Clock:
    if settings.clock is None:
        return SystemClock()
    return SetClock(settings.clock, timedelta(seconds=settings.tick))
