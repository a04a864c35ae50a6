"""What became of each hand-in, step by step: never changed, only added to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from autograder.errors import CourseError

__all__ = ["Event", "Journal", "Kind", "Standing"]

_WAIT_S = 60

_TABLE = """
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    topic TEXT NOT NULL,
    student TEXT NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS event_by_hand_in ON event (topic, student, kind, id);
CREATE TRIGGER IF NOT EXISTS no_change BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
CREATE TRIGGER IF NOT EXISTS no_removal BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
"""

_ADD = "INSERT INTO event (topic, student, kind, digest, detail) VALUES (?, ?, ?, ?, ?)"


class Kind(StrEnum):
    """What an event says.

    ``finished`` carries the report, ``broken`` the reason, ``judged`` the hashes of the texts for
    which grades were recorded, ``recorded`` the basis of the grade, ``penalty`` what the late penalty
    was computed from, ``withdrawn`` the reason and what became of the hand-in.
    """

    COLLECTED = "collected"
    BEGUN = "begun"
    BROKEN = "broken"
    JUDGED = "judged"
    RECORDED = "recorded"
    PENALTY = "penalty"
    WITHDRAWN = "withdrawn"
    FINISHED = "finished"


Event = tuple[str, str, Kind, str, str]
"""Topic, student, kind, digest, detail."""


@dataclass(slots=True)
class Standing:
    """Where one hand-in stands, as its events say.

    Attributes:
        collected: digest of the hand-in in the inbox.
        finished: digest of the hand-in whose grade is complete; empty when none is, or a
            later attempt was begun.
        reason: why the last attempt broke, if it did and no later one was begun.
        basis: what the grade in the gradebook was recorded by, as JSON.
        penalty: what its late penalty was computed from, as JSON.
        withdrawn: why the hand-in was withdrawn, as JSON; empty once another is collected.
        events: by kind, the id of the latest event.
    """

    collected: str = ""
    finished: str = ""
    reason: str = ""
    basis: str = ""
    penalty: str = ""
    withdrawn: str = ""
    events: dict[Kind, int] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether what lies in the inbox is what was graded, to its end."""
        return bool(self.finished) and self.finished == self.collected

    def add(self, number: int, kind: Kind, digest: str, detail: str) -> None:
        """Take the next event into account."""
        self.events[kind] = number
        match kind:
            case Kind.COLLECTED:
                self.collected, self.withdrawn = digest, ""
            case Kind.BEGUN:
                self.finished = self.reason = ""
            case Kind.BROKEN:
                self.finished, self.reason = "", detail
            case Kind.FINISHED:
                self.finished, self.reason = digest, ""
            case Kind.RECORDED:
                self.basis = detail
            case Kind.PENALTY:
                self.penalty = detail
            case Kind.WITHDRAWN:
                self.collected = self.finished = self.reason = self.basis = self.penalty = ""
                self.withdrawn = detail


class Journal:
    """Reads and adds events; every call opens the file anew, so that any process may.

    Args:
        path: the SQLite file; made at the first event.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, topic: str, student: str, kind: Kind, *, digest: str = "", detail: str = "") -> None:
        """Add one event; when this returns it is on the disk."""
        self.add_all([(topic, student, kind, digest, detail)])

    def add_collected(self, topic: str, digests: Mapping[str, str]) -> None:
        """Add that these students' hand-ins were collected; see ``add_all``."""
        self.add_all((topic, student, Kind.COLLECTED, digest, "") for student, digest in digests.items())

    def add_all(self, events: Iterable[Event]) -> None:
        """Add the events, all or none; when this returns they are on the disk.

        One write to the disk for all: each takes longer than collecting a hand-in.
        """
        rows = list(events)
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            database.executemany(_ADD, rows)
            database.execute("COMMIT")

    def standings(self, topic: str, student: str | None = None) -> Mapping[str, Standing]:
        """Where every hand-in of the topic stands, by student."""
        with self._open() as database:
            rows = database.execute(
                "SELECT id, student, kind, digest, "
                "CASE WHEN kind IN ('broken', 'recorded', 'penalty', 'withdrawn') THEN detail ELSE '' END "
                "FROM event WHERE topic = ? AND (? IS NULL OR student = ?) ORDER BY id",
                (topic, student, student),
            ).fetchall()
        found: dict[str, Standing] = {}
        for number, who, kind, digest, detail in rows:
            found.setdefault(who, Standing()).add(number, Kind(kind), digest, detail)
        return found

    def detail(self, number: int) -> str:
        """What an event carries."""
        with self._open() as database:
            row = database.execute("SELECT detail FROM event WHERE id = ?", (number,)).fetchone()
        return str(row[0])

    def latest(self, topic: str, student: str, kind: Kind) -> str | None:
        """What the latest event of this kind carries; None when there is none."""
        with self._open() as database:
            row = database.execute(
                "SELECT detail FROM event WHERE topic = ? AND student = ? AND kind = ? "
                "ORDER BY id DESC LIMIT 1",
                (topic, student, kind),
            ).fetchone()
        return None if row is None else str(row[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            database = sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None)
            try:
                database.execute("PRAGMA synchronous = FULL")
                database.executescript(_TABLE)
                yield database
            finally:
                database.close()
        except sqlite3.OperationalError as error:
            raise CourseError(
                f"The grading journal cannot be used: {error}.",
                where=str(self._path),
                remedy="Free disk space, end what else uses the file, then grade again.",
            ) from error
