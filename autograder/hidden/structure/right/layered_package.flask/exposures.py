"""The camera, its plates, and what is on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .log import Entry
from .refusals import NoPlatesError, NotUpError, UnknownExposureError
from .targets import Target, find_target


class OverexposedError(Exception):
    """The target was too bright for the plate."""


@dataclass(frozen=True)
class Exposure:
    """A plate that was exposed."""

    number: int
    target: str
    seconds: int
    when: datetime
    entry: int


class Exposures:
    """The plates of one dome."""

    def __init__(self, plates: int) -> None:
        self.plates = plates
        self._taken: list[Exposure] = []

    @property
    def left(self) -> int:
        """How many plates are left."""
        return self.plates - len(self._taken)

    def all(self) -> list[Exposure]:
        """All exposures, in the order in which they were taken."""
        return list(self._taken)

    def find(self, number: int) -> Exposure:
        """The exposure of that number."""
        if not 1 <= number <= len(self._taken):
            raise UnknownExposureError(number)
        return self._taken[number - 1]

    def take(self, name: str, seconds: int, entry: Entry) -> Exposure:
        """Take an exposure at the instant of an entry."""
        target = find_target(name)
        if not target.is_up(entry.when):
            raise NotUpError(target.name, target.rises)
        if self.left <= 0:
            raise NoPlatesError(self.plates)
        entry.write("shutter opened")
        try:
            expose(target)
        finally:
            entry.write("shutter closed")
        exposure = Exposure(len(self._taken) + 1, target.name, seconds, entry.when, entry.number)
        self._taken.append(exposure)
        return exposure


def expose(target: Target) -> None:
    """Let the light fall on the plate."""
    if target.name == "Moon":
        raise OverexposedError(target.name)
