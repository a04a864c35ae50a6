"""Clocks, and how instants are spelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def set_clock(start: datetime, tick: int) -> Clock:
    """A clock that stands still, and moves on by `tick` seconds after each reading."""
    following = start

    def read() -> datetime:
        nonlocal following
        now = following
        following += timedelta(seconds=tick)
        return now

    return read


def stamp(when: datetime) -> str:
    """Spell an instant: 2021-11-22T20:00:00Z."""
    return when.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def hour(when: datetime) -> str:
    """Spell the time of day: 20:00."""
    return f"{when:%H:%M}"
