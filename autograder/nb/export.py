"""nbgrader export as CSV in which nobody's missing grade reads as a zero."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin

from autograder.catalog import Catalog, Topic
from autograder.collect import Unread
from autograder.errors import CourseError, reason
from autograder.nb.basis import Basis
from autograder.nb.compare import Difference, differences
from autograder.nb.contents import contents_of
from autograder.nb.counted import counted_grades, status_of_counted
from autograder.nb.folder import GradingFolder
from autograder.nb.inbox import entries
from autograder.nb.journal import Journal, Kind, Standing
from autograder.nb.pages import outdated_pages
from autograder.nb.roster import roster_of, spellings
from autograder.nb.whole import replacing
from autograder.report.escape import visible
from autograder.report.model import CountedGrade, Report
from autograder.submission import choices
from autograder.verdict import Status

__all__ = ["UNGRADED", "WITHDRAWN", "StatusExport"]

WITHDRAWN = "withdrawn"
"""Taken out of grading by the instructor."""

UNGRADED = "ungraded"
"""Handed in, and not (or not since it changed) graded to the end."""

_COLUMNS = (
    "assignment",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "duedate",
    "timestamp",
    "status",
    "score",
    "max_score",
    "auto_score",
    "manual_score",
    "extra_credit",
    "late_penalty",
    "reason",
)
# What begins a cell, in a spreadsheet that splits a line at other marks than commas, too.
_FORMULA = re.compile(r"((?:^|[;|,])\s*)(?=[=+@\uff1d\uff0b\uff20\uff0d-])")
_COUNTED = frozenset({Status.GRADED, Status.REFUSED, Status.AWAITING_PERSON})
_PROVISIONAL = "provisional: a person's points were given to an earlier submission"


class StatusExport(ExportPlugin):
    """Everyone who is known for every assignment, with where they stand and points by part."""

    def export(self, gradebook: Any) -> None:
        """Write ``grades.csv``, or what ``--to`` names; the old file stays until the new one is whole."""
        try:
            self._export(gradebook)
        except (CourseError, OSError) as error:
            self.parent.fail(reason(error))

    def _export(self, gradebook: Any) -> None:
        folder = GradingFolder(Path(self.parent.coursedir.root))
        catalog = folder.catalog()
        names = list(self._assignments(gradebook, catalog))
        parts = sorted({f"{name}:{part.name}" for name in names for part in catalog.topic(name).part})
        wanted = {str(student) for student in self.student}
        target = Path(self.to or "grades.csv")
        with replacing(target) as file:
            writer = csv.DictWriter(file, [*_COLUMNS, *parts], restval="")
            writer.writeheader()
            for name in names:
                for row in _rows(gradebook, folder, catalog, catalog.topic(name)):
                    if not self.student or row["student_id"] in wanted:
                        writer.writerow({key: _cell(value) for key, value in row.items()})
        self.log.info("Exported grades to %s", target)
        for name in names:
            if older := outdated_pages(gradebook, folder, name):
                self.log.warning(
                    "Feedback pages older than their grades: %s. Run `nbgrader generate_feedback %s`.",
                    ", ".join(older),
                    name,
                )

    def _assignments(self, gradebook: Any, catalog: Catalog) -> Iterator[str]:
        released = {assignment.name for assignment in gradebook.assignments}
        for topic in catalog.course.topic:
            if topic.name in released and (not self.assignment or topic.name in map(str, self.assignment)):
                yield topic.name


@dataclass(frozen=True, slots=True)
class _Row:
    """What is known of one student for one topic."""

    student: str
    person: Any
    submission: Any
    standing: Standing | None
    report: Report | None
    counted: CountedGrade | None
    difference: Difference | None
    is_present: bool
    unread: Unread | None
    off_roster: str

    @property
    def status(self) -> str:
        """Where the hand-in stands; only a whole grade of what lies in the inbox counts as one."""
        standing = self.standing
        if standing is None or not standing.collected:
            return self._uncollected
        if self.submission is None and standing.finished and not self.is_present:
            return Status.MISSING
        if standing.reason:
            return Status.BROKEN
        holds = self.difference is None or self.difference.is_outdated
        if holds and standing.complete and self.report is not None and self.counted is not None:
            return status_of_counted(self.counted, self.report.status)
        return UNGRADED

    @property
    def _uncollected(self) -> str:
        """Where a student stands of whom nothing was collected, or whose hand-in was withdrawn."""
        if self.submission is not None:
            return UNGRADED
        if self.unread is not None and self.unread.status.needs_instructor:
            return self.unread.status
        return WITHDRAWN if self.standing is not None and self.standing.withdrawn else Status.MISSING

    @property
    def reason(self) -> str:
        """Why there is no ordinary grade, what in ``submitted`` is not it, and whether the id is known."""
        unread = self.unread.reason.splitlines()[0] if self.unread else ""
        return "; ".join(filter(None, [*self._choices, self._of_grade, unread, self.off_roster]))

    @property
    def _choices(self) -> list[str]:
        """Which of several submissions was graded, while that is what lies in ``submitted``."""
        if self.report is None or not self.is_present or self.difference is not None:
            return []
        return choices(self.report.notes)

    @property
    def _of_grade(self) -> str:
        if self.standing is not None and self.standing.reason:
            return self.standing.reason.splitlines()[0]
        if not self.is_present:
            return self._absent
        if self.difference is not None:
            return self.difference.told + ("" if self.difference.is_outdated else "; run autograde")
        if self.status == UNGRADED:
            return "handed in, not graded yet: run autograde"
        if self.status == Status.AWAITING_PERSON and self.counted is not None and self.counted.complete:
            return _PROVISIONAL
        return (self.report.refusal or "") if self.report else ""

    @property
    def _absent(self) -> str:
        """What is to be said where nothing lies in ``submitted``."""
        if self.report is not None and self.submission is None:
            return "graded once, and now neither in the gradebook nor in submitted/"
        if self.report is not None:
            return "graded, but the hand-in is no longer in submitted/"
        if self.submission is not None:
            return "in the gradebook, but nothing is in submitted/"
        if self.standing is not None and self.standing.withdrawn:
            facts = json.loads(self.standing.withdrawn)
            return f"{facts['reason'] or 'withdrawn'}; the files are in {facts['moved_to']}"
        if self.standing is None or self.status == Status.MISSING:
            return ""
        return "collected, but the hand-in is no longer in submitted/"


def _rows(
    gradebook: Any, folder: GradingFolder, catalog: Catalog, topic: Topic
) -> Iterator[dict[str, object]]:
    assignment = gradebook.find_assignment(topic.name)
    journal = Journal(folder.journal)
    standings = journal.standings(topic.name)
    counted = counted_grades(gradebook, topic.name)
    contents = contents_of(gradebook, topic.name)
    differ = differences(
        standings, contents.scores, Basis.now(folder, topic.name, contents.points), topic.name
    )
    found = entries(folder, catalog, topic)
    present = {each.student for each in found.submissions}
    people = {person.id: person for person in gradebook.students}
    roster = roster_of(people.values(), folder)
    spelled = spellings(folder)
    unread = {spelled.get(each.name, each.name): each for each in found.unread}
    for student in sorted(people.keys() | standings.keys() | unread.keys()):
        standing = standings.get(student)
        row = _Row(
            student,
            people.get(student),
            _found(gradebook, topic, student),
            standing,
            _report(journal, standing),
            counted.get(student),
            differ.get(student),
            student in present,
            unread.get(student),
            roster.problem(student) if student in present else "",
        )
        yield {
            "assignment": topic.name,
            "student_id": student,
            "last_name": getattr(row.person, "last_name", None),
            "first_name": getattr(row.person, "first_name", None),
            "email": getattr(row.person, "email", None),
            "duedate": assignment.duedate,
            "timestamp": getattr(row.submission, "timestamp", None),
            "status": row.status,
            "max_score": math.fsum(contents.points.values()),
            "reason": row.reason,
            **_points(row, topic),
        }


def _found(gradebook: Any, topic: Topic, student: str) -> Any:
    """The gradebook's record of a hand-in, or None."""
    try:
        return gradebook.find_submission(topic.name, student)
    except MissingEntry:
        return None


def _report(journal: Journal, standing: Standing | None) -> Report | None:
    if standing is None or not standing.finished:
        return None
    return Report.model_validate_json(journal.detail(standing.events[Kind.FINISHED]))


def _points(row: _Row, topic: Topic) -> dict[str, object]:
    """Points by part and in all; no score where a part has no points yet."""
    if row.counted is None or row.status not in _COUNTED:
        return {}
    counted = row.counted
    told: dict[str, object] = {f"{topic.name}:{part.name}": part.points for part in counted.parts}
    told["auto_score"] = _sum(part.auto_points for part in counted.parts)
    told["manual_score"] = _sum(part.manual_points for part in counted.parts)
    told["extra_credit"] = _sum(part.extra_credit for part in counted.parts)
    told["late_penalty"] = counted.late_penalty
    if counted.complete:
        told["score"] = counted.points
    return told


def _sum(values: Iterator[float | None]) -> float | None:
    """The sum of those that are there; None when none is."""
    there = [value for value in values if value is not None]
    return sum(there) if there else None


def _cell(value: object) -> str:
    """Text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return _FORMULA.sub(r"\1'", visible(text).replace("\n", " "))
