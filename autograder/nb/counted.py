"""What the gradebook counts for a submission: the one value that terminal, feedback page and export show."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from nbgrader.api import Assignment, BaseCell, Grade, GradeCell, SubmittedAssignment, SubmittedNotebook

from autograder.nb.cover import grade_id
from autograder.report.model import CountedGrade, CountedPart, Report
from autograder.verdict import Status

__all__ = ["counted_grades", "status_of_counted", "with_counted"]


def counted_grades(gradebook: Any, topic: str, student: str | None = None) -> dict[str, CountedGrade]:
    """What counts for each student of a topic, or for one of them.

    A person's points take the place of the automatic ones until the person changes them, also when a
    later submission waits to be looked at; extra credit is added. So nbgrader's formgrader counts.

    Args:
        gradebook: nbgrader's, open.
        topic: the assignment's name.
        student: only theirs.
    """
    submitted = SubmittedAssignment.student_id
    grades = (
        gradebook.db.query(submitted, BaseCell.name, GradeCell.max_score, Grade)
        .select_from(Grade)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
    )
    penalties = gradebook.db.query(submitted, SubmittedNotebook.late_submission_penalty).select_from(
        SubmittedNotebook
    )
    parts: dict[str, list[CountedPart]] = defaultdict(list)
    for who, cell, most, grade in _of(grades, topic, student).order_by(BaseCell.name):
        parts[who].append(_part(topic, cell, most, grade))
    late: dict[str, float] = defaultdict(float)
    for who, penalty in _of(penalties, topic, student):
        late[who] += penalty or 0.0
    return {who: _counted(found, late[who]) for who, found in parts.items()}


def status_of_counted(counted: CountedGrade, judged: Status) -> Status:
    """Where a recorded submission stands.

    Args:
        counted: what the gradebook holds.
        judged: the report's own status, which does not know what a person has done since.
    """
    if counted.waits:
        return Status.AWAITING_PERSON
    return Status.GRADED if judged is Status.AWAITING_PERSON else judged


def with_counted(report: Report, counted: CountedGrade) -> Report:
    """The report of a submission that was recorded, with what counts for it."""
    status = status_of_counted(counted, report.status)
    return report.model_copy(update={"counted": counted, "status": status})


def _of(query: Any, topic: str, student: str | None) -> Any:
    found = (
        query.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == topic)
    )
    return found if student is None else found.filter(SubmittedAssignment.student_id == student)


def _part(topic: str, cell: str, most: float, grade: Any) -> CountedPart:
    own = grade.auto_score if grade.manual_score is None else grade.manual_score
    return CountedPart(
        name=cell.removeprefix(grade_id(topic, "")),
        points=None if own is None else own + (grade.extra_credit or 0.0),
        max_points=most,
        waits=grade.needs_manual_grade,
        auto_points=grade.auto_score,
        manual_points=grade.manual_score,
        extra_credit=grade.extra_credit,
    )


def _counted(parts: list[CountedPart], penalty: float) -> CountedGrade:
    earned = sum(part.points or 0.0 for part in parts)
    return CountedGrade(parts=tuple(parts), late_penalty=penalty, points=max(0.0, earned - penalty))
