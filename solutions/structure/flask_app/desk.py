"""What the night desk does: its plates, its exposures, and who may have the next one."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from .entries import Entry
from .instruments import expose, open_shutter
from .refusals import NoPlatesError, NotUpError, UnknownExposureError, UnknownTargetError
from .sky import TARGETS, Target

__all__ = ["Desk", "Exposure"]


@dataclass(frozen=True)
class Exposure:
    """One plate with light on it, and the entry of the request that took it."""

    number: int
    target: Target
    seconds: int
    entry: Entry


class Desk:
    """The exposures of one app."""

    def __init__(self, plates: int) -> None:
        self._plates = plates
        self._exposures: list[Exposure] = []
        self._one_at_a_time = threading.Lock()

    @property
    def plates(self) -> int:
        """How many plates there were."""
        return self._plates

    @property
    def plates_left(self) -> int:
        """How many plates there are."""
        return self._plates - len(self._exposures)

    @property
    def exposures(self) -> Sequence[Exposure]:
        """All exposures, in the order in which they were taken."""
        return tuple(self._exposures)

    def exposure(self, number: int) -> Exposure:
        """One of them. Raises UnknownExposureError."""
        if not 1 <= number <= len(self._exposures):
            raise UnknownExposureError(number)
        return self._exposures[number - 1]

    def take(self, name: str, seconds: int, entry: Entry) -> Exposure:
        """Take an exposure of a target at the entry's time.

        Raises:
            UnknownTargetError, NotUpError, NoPlatesError: it was not tried.
            OverexposedError: it failed.
        """
        target = TARGETS.get(name)
        if target is None:
            raise UnknownTargetError(name)
        if not target.is_up(entry.time):
            raise NotUpError(target)
        with self._one_at_a_time:
            if not self.plates_left:
                raise NoPlatesError(self._plates)
            with open_shutter(entry.write):
                expose(target)
            exposure = Exposure(len(self._exposures) + 1, target, seconds, entry)
            self._exposures.append(exposure)
        return exposure
