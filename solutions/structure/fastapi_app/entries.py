"""One request's entry in the log: its number, and the instant that the whole request goes by."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from .clock import Clock, as_text
from .night_log import NightLog

__all__ = ["Entries", "Entry"]


@dataclass(frozen=True)
class Entry:
    """What a request is known by.

    Attributes:
        number: counted from 1 in each run of the app.
        time: the one reading of the clock.
        log: where its lines go.
    """

    number: int
    time: datetime
    log: NightLog

    def write(self, event: str) -> None:
        """Write down an event of this request."""
        self.log.write(f"#{self.number} {event}")


class Entries:
    """Opens the entries of one app."""

    def __init__(self, clock: Clock, log: NightLog) -> None:
        self._clock = clock
        self._log = log
        self._numbers = itertools.count(1)

    @contextmanager
    def open(self) -> Iterator[Entry]:
        """The next entry, which ends with the block, whatever the block raises."""
        entry = Entry(next(self._numbers), self._clock.read(), self._log)
        entry.write(f"begin {as_text(entry.time)}")
        try:
            yield entry
        finally:
            entry.write("end")
