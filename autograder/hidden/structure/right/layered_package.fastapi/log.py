"""The log, and the entries in it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from .clock import Clock, stamp


class Entry:
    """One request, as the log knows it."""

    def __init__(self, log: Log, number: int, when: datetime) -> None:
        self._log = log
        self.number = number
        self.when = when

    def write(self, words: str) -> None:
        """Append a line of this entry."""
        self._log.write(f"#{self.number} {words}")

    def end(self) -> None:
        """The request is over."""
        self.write("end")


class Log:
    """The log of one run: opened with the dome, closed with it."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._clock = clock
        self._entries = 0
        self._file = Path(name).open("a", encoding="utf-8", newline="\n", buffering=1)  # noqa: SIM115 - close() does
        self.write("dome opened")
        self.write("telescope unparked")

    def write(self, line: str) -> None:
        """Append a line."""
        self._file.write(f"{line}\n")

    def begin(self) -> Entry:
        """Begin the next entry, with the one reading of the clock that it gets."""
        self._entries += 1
        entry = Entry(self, self._entries, self._clock())
        entry.write(f"begin {stamp(entry.when)}")
        return entry

    def close(self) -> None:
        """Park the telescope, then close the dome."""
        self.write("telescope parked")
        self.write("dome closed")
        self._file.close()
