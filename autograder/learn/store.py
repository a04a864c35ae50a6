"""What is kept of a learner's way through a course: one SQLite file of events, to which is only added."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import platformdirs

from autograder.catalog import Catalog
from autograder.errors import StoreError
from autograder.learn.damage import is_damaged, readable_rows, set_aside
from autograder.learn.standing import Event, Stamp, Standing, standing_of
from autograder.learn.table import FILE_VERSION, Row, add, alone, connected, is_foreign, rows_of, version
from autograder.report.focus import decisive, first_to_fix, nothing_ran
from autograder.report.model import PartReport, Report
from autograder.verdict import Verdict

__all__ = ["Store", "open_store", "store_path"]


def store_path() -> Path:
    """Where progress is kept: in ``COURSE_DATA``, if that is set, or in the user's data folder."""
    given = os.environ.get("COURSE_DATA")
    folder = (
        Path(given).absolute() if given else platformdirs.user_data_path("sidebyside-course", appauthor=False)
    )
    return folder / "progress.sqlite3"


def open_store(catalog: Catalog) -> Store:
    """The progress in this course; the file is made when the first event is kept.

    A damaged file is set aside, what can be read of it is carried over, and ``notices`` says so.

    Raises:
        StoreError: a later version wrote the file, or it cannot be read; nothing was written.
    """
    course = catalog.course
    # Passing the examples, as in a student edition, is not passing the checks.
    return Store(store_path(), f"{course.title} ({course.edition} edition, format {course.format_version})")


class Store:
    """The events of one course, in a file that holds those of any course.

    Attributes:
        path: the file.
        notices: what a person must be told of the file, one sentence each.
    """

    def __init__(self, path: Path, course: str) -> None:
        self.path = path
        self.notices: list[str] = []
        self._course = course
        self._connection: sqlite3.Connection | None = None
        with self._told():
            if path.exists():
                with alone(path):
                    self._connection = self._opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def record(self, what: str, topic: str, part: str | None = None, **detail: object) -> None:
        """Keep one event; it is on the disk when this returns.

        Args:
            what: as in ``Event``.
            topic: a topic's name, or the empty string.
            part: a part's name; None where it concerns all of the topic.
            detail: JSON.

        Raises:
            StoreError: it could not be kept, and why.
        """
        self._add([self._row(what, topic, part, detail)])

    def record_check(
        self, report: Report, stamps: Mapping[str, Stamp] | None = None, untouched: Collection[str] = ()
    ) -> None:
        """Record how each part of a report fared; a broken part does not count as a try.

        Args:
            report: of the learner's own files.
            stamps: what was checked, by a part's name; without one, a later change cannot be noticed.
            untouched: the parts whose files are as they were handed out.

        Raises:
            StoreError: nothing could be recorded, and why.
        """
        focus = first_to_fix(report, untouched)
        shown = focus.part.name if focus else None
        shared = {"digest": report.digest, "run": secrets.token_hex(8)}
        self._add(
            self._row(
                "check",
                report.topic,
                part.name,
                {**_fared(part), **shared, **_stamped(part, stamps or {}), "shown": part.name == shown},
            )
            for part in report.parts
            if part.verdict is not Verdict.BROKEN
        )

    def events(self) -> tuple[Event, ...]:
        """All events of this course, in the order in which they happened.

        Raises:
            StoreError: the file cannot be read.
        """
        with self._told():
            rows = rows_of(self._connection, self._course) if self._connection else []
        details = _mappings([row[-1] for row in rows])
        return tuple(
            Event(at, topic, part, what, detail)
            for (at, _, topic, part, what, _), detail in zip(rows, details, strict=True)
        )

    def standing(self) -> Standing:
        """Where the events leave the learner. Raises StoreError as ``events`` does."""
        return standing_of(self.events())

    def _row(self, what: str, topic: str, part: str | None, detail: dict[str, object]) -> Row:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return at, self._course, topic, part, what, json.dumps(detail)

    def _add(self, rows: Iterable[Row]) -> None:
        taken = list(rows)
        if not taken:
            return
        with self._told():
            if self._connection is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with alone(self.path):
                    self._connection = self._opened()
            add(self._connection, taken)

    def _opened(self) -> sqlite3.Connection:
        """A connection to a file that is whole, ours, and of no later version."""
        connection = connected(self.path)
        try:
            if is_damaged(connection):
                rows = readable_rows(connection)
                connection.close()
                connection = self._begun_anew(rows)
            self._hold_ours(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _begun_anew(self, rows: list[Row]) -> sqlite3.Connection:
        aside = set_aside(self.path)
        self.notices.append(
            f"The file of your progress was damaged. It is kept as {aside}; "
            f"{len(rows)} of its events could be read and stand in a new file."
        )
        connection = connected(self.path)
        if rows:
            add(connection, rows)
        return connection

    def _hold_ours(self, connection: sqlite3.Connection) -> None:
        if version(connection) > FILE_VERSION:
            raise StoreError(
                f"A later version of the course wrote your progress (format {version(connection)}; "
                f"this version knows {FILE_VERSION}).",
                where=str(self.path),
                remedy="Update the course's package, or set COURSE_DATA to another folder. "
                "Nothing was written to the file.",
            )
        if is_foreign(connection):
            raise StoreError(
                "The file holds something else than progress in a course.",
                where=str(self.path),
                remedy="Move it away, or set COURSE_DATA to another folder.",
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the disk and SQLite refuse, as a StoreError."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"The file cannot be read or written: {getattr(error, 'strerror', None) or error}.",
                where=str(self.path),
                remedy="Mend that (disk space, rights), or set COURSE_DATA to a folder that can be written.",
            ) from error


def _fared(part: PartReport) -> dict[str, object]:
    ran = not nothing_ran(part)
    first = decisive(part) if ran else None
    return {
        "ran": ran,
        "verdict": part.verdict.value,
        "points": part.points,
        "max_points": part.max_points,
        "passing": sum(check.verdict.earns for check in part.checks),
        "checks": len(part.checks),
        "first": first.name if first else None,
        "sentence": first.sentence if first else None,
        "hints": list(first.hints) if first else [],
    }


def _stamped(part: PartReport, stamps: Mapping[str, Stamp]) -> dict[str, object]:
    stamp = stamps.get(part.name)
    return {} if stamp is None else {"stamp": asdict(stamp)}


def _mappings(texts: Sequence[str]) -> list[dict[str, object]]:
    """Each text as JSON; what is none is empty."""
    try:
        found = json.loads(f"[{','.join(texts)}]")  # all at once takes a third of the time
    except ValueError:
        found = []
    if len(found) != len(texts):
        if len(texts) == 1:
            return [{}]
        return [each for text in texts for each in _mappings([text])]
    return [each if isinstance(each, dict) else {} for each in found]
