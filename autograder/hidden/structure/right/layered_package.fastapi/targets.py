"""What can be seen, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .clock import hour
from .refusals import UnknownTargetError


@dataclass(frozen=True)
class Target:
    """Something in the sky."""

    name: str
    rises: str
    sets: str

    def is_up(self, when: datetime) -> bool:
        """Whether it is up at that instant. Text compares as the times do."""
        now = hour(when)
        if self.rises <= self.sets:
            return self.rises <= now < self.sets
        return now >= self.rises or now < self.sets


TARGETS = (
    Target("M13", "09:00", "23:30"),
    Target("M31", "14:00", "06:00"),
    Target("M42", "20:30", "07:00"),
    Target("M45", "16:30", "08:00"),
    Target("M57", "10:30", "01:00"),
    Target("Moon", "17:15", "05:45"),
    Target("Vega", "08:00", "00:30"),
    Target("Venus", "04:10", "16:40"),
)


def find_target(name: str) -> Target:
    """The target of that name."""
    for target in TARGETS:
        if target.name == name:
            return target
    raise UnknownTargetError(name)
