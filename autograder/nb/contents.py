"""What the gradebook holds for a topic: the points of its release, and every student's automatic scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbgrader.api import BaseCell, Grade, MissingEntry, SubmittedAssignment, SubmittedNotebook

from autograder.errors import CourseError

__all__ = ["GradebookContents", "Scores", "contents_of"]

Scores = Mapping[str, float | None]
"""Automatic scores by cell; None where a person grades."""


@dataclass(frozen=True, slots=True)
class GradebookContents:
    """One assignment of the gradebook.

    Attributes:
        points: maximum points by graded cell, as released.
        duedate: when it is due, if a date is set.
        scores: the automatic scores of every submission, by student.
    """

    points: Mapping[str, float]
    duedate: datetime | None
    scores: Mapping[str, Scores]


def contents_of(gradebook: Any, topic: str) -> GradebookContents:
    """Read an assignment, in as few queries as nbgrader's tables allow.

    Raises:
        CourseError: the gradebook does not have the assignment.
    """
    try:
        assignment = gradebook.find_assignment(topic)
    except MissingEntry as error:
        raise _not_released(gradebook, topic) from error
    cells = [
        cell for notebook in assignment.notebooks for cell in (*notebook.grade_cells, *notebook.task_cells)
    ]
    if not cells:
        raise _not_released(gradebook, topic)
    query = (
        gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name, Grade.auto_score)
        .select_from(SubmittedAssignment)
        .outerjoin(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .outerjoin(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .outerjoin(BaseCell, BaseCell.id == Grade.cell_id)
        .filter(SubmittedAssignment.assignment_id == assignment.id)
    )
    scores: dict[str, dict[str, float | None]] = {}
    for student, cell, score in query:
        own = scores.setdefault(student, {})
        if cell is not None:
            own[cell] = score
    return GradebookContents({cell.name: float(cell.max_score) for cell in cells}, assignment.duedate, scores)


def _not_released(gradebook: Any, topic: str) -> CourseError:
    return CourseError(
        f"The gradebook does not have the assignment {topic}.",
        where=gradebook.engine.url.render_as_string(hide_password=True),
        remedy=f"Run `nbgrader generate_assignment {topic}` in the grading folder, then autograde again.",
    )
