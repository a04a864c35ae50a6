"""Which targets there are, and when each is up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

__all__ = ["TARGETS", "Target"]


@dataclass(frozen=True)
class Target:
    """Something to point a telescope at; rises and sets at the same times every day, in UTC."""

    name: str
    rises: time
    sets: time

    def is_up(self, instant: datetime) -> bool:
        """Whether it is up; where it sets before it rises, it sets on the next morning."""
        now = instant.time()
        if self.rises <= self.sets:
            return self.rises <= now < self.sets
        return now >= self.rises or now < self.sets


TARGETS: Final[Mapping[str, Target]] = {
    name: Target(name, time.fromisoformat(rises), time.fromisoformat(sets))
    for name, rises, sets in (
        ("M13", "09:00", "23:30"),
        ("M31", "14:00", "06:00"),
        ("M42", "20:30", "07:00"),
        ("M45", "16:30", "08:00"),
        ("M57", "10:30", "01:00"),
        ("Moon", "17:15", "05:45"),
        ("Vega", "08:00", "00:30"),
        ("Venus", "04:10", "16:40"),
    )
}
