"""What time it is: the system's, or the one that somebody set."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["Clock", "SetClock", "SystemClock", "as_text"]


class Clock(Protocol):
    """What tells the time."""

    def read(self) -> datetime:
        """The present instant, in UTC."""


class SystemClock:
    """The clock of the machine."""

    def read(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


class SetClock:
    """Starts at an instant and moves on by a tick after each reading."""

    def __init__(self, start: datetime, tick: timedelta) -> None:
        self._start = start.astimezone(UTC)
        self._tick = tick
        self._readings = itertools.count()

    def read(self) -> datetime:
        """The next instant."""
        return self._start + next(self._readings) * self._tick


def as_text(instant: datetime) -> str:
    """The instant as the API and the log spell it: ``2021-11-22T20:00:00Z``."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
