"""Records a hand-in's points in the gradebook: all of them in one transaction, or none."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from nbformat.v4 import new_markdown_cell
from nbgrader import utils
from nbgrader.api import Comment
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.errors import GradingBroken
from autograder.nb.answer import is_answered, judged_hash
from autograder.nb.begin import Begun
from autograder.nb.cover import grade_id
from autograder.nb.folder import GradingFolder
from autograder.nb.gradebooks import gradebook_of
from autograder.nb.journal import Journal, Kind
from autograder.report.model import PartReport, Report
from autograder.submission import Submission
from autograder.verdict import Verdict

__all__ = ["RecordGrades"]

_NO_RESPONSE = "No response."
_CHANGED = (
    "**Note:** a person's grade for this part was given to an earlier hand-in; "
    "what was handed in has changed since, and a person will look at it again."
)


class RecordGrades(NbGraderPreprocessor):
    """Stands where nbgrader reads points out of outputs.

    A person's points and extra credit are kept. They belong to the text for which they were
    given: a grade whose text has changed since is flagged for a person again, any other is not.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Record every graded cell and the late penalty. Raises GradingBroken; then nothing is recorded."""
        facts, course = resources["nbgrader"], resources["course"]
        report, submission = course["report"], course["submission"]
        begun: Begun = self.parent.begun
        folder = begun.folder
        journal = Journal(folder.journal)
        graded = {cell.metadata.nbgrader.grade_id: cell for cell in nb.cells if utils.is_grade(cell)}
        points = {name: _points(cell, report, submission, folder) for name, cell in graded.items()}
        hashes = {
            name: judged_hash(cell, submission, _part(report, cell).name) for name, cell in graded.items()
        }
        before = json.loads(journal.latest(facts["assignment"], facts["student"], Kind.JUDGED) or "{}")
        changed = {name for name in graded if before.get(name) != hashes[name]}
        with gradebook_of(self.parent.parent, facts["db_url"]) as gradebook:
            notebook = gradebook.find_submission_notebook(
                facts["notebook"], facts["assignment"], facts["student"]
            )
            _hold_same(graded, notebook, report)
            flagged = _record(notebook, points, changed)
            _add_comments(gradebook, notebook, graded)
            gradebook.db.flush()
            gradebook.db.refresh(notebook)
            penalty = begun.penalties.assign(notebook)
            gradebook.db.commit()
        # After the commit: were it before and the commit failed, changed text would pass for unchanged.
        basis = begun.basis.model_copy(update={"scores": points})
        details = {
            Kind.JUDGED: json.dumps(hashes),
            Kind.RECORDED: basis.model_dump_json(),
            Kind.PENALTY: penalty.detail,
        }
        journal.add_all(
            (facts["assignment"], facts["student"], kind, course["digest"], detail)
            for kind, detail in details.items()
        )
        for name in flagged:
            note = new_markdown_cell(_CHANGED, id=f"{graded[name].id[:50]}-changed")
            nb.cells.insert(nb.cells.index(graded[name]) + 1, note)
        for cell in graded.values():
            # In the result alone: for such a cell the formgrader shows a field for a comment.
            cell.metadata.nbgrader.solution = True
        return nb, resources


def _hold_same(graded: Mapping[str, Any], notebook: Any, report: Report) -> None:
    """The gradebook must know the cells of the release, and for the same points."""
    known = {grade.name: float(grade.max_score) for grade in notebook.grades}
    for name, cell in graded.items():
        if known.pop(name, None) != float(cell.metadata.nbgrader.points):
            raise _other_course(cell, report)
    if known:
        raise _other_course(next(iter(graded.values())), report)


def _record(notebook: Any, points: Mapping[str, float | None], changed: Collection[str]) -> list[str]:
    """Set the grades of all cells. Returns those where a person's grade waits for another look."""
    grades = {grade.name: grade for grade in notebook.grades}
    comments = {comment.name: comment for comment in notebook.comments}
    flagged = []
    for name, earned in points.items():
        grade = grades[name]
        grade.auto_score = earned
        if name in comments and comments[name].cell_id != grade.cell_id:
            comments[name].auto_comment = None if earned is None else _NO_RESPONSE
        by_person = grade.manual_score is not None or grade.extra_credit is not None
        if not by_person:
            grade.needs_manual_grade = earned is None
        elif name in changed:
            grade.needs_manual_grade = True
        if by_person and grade.needs_manual_grade:
            flagged.append(name)
    return flagged


def _add_comments(gradebook: Any, notebook: Any, graded: Collection[str]) -> None:
    """Let a person comment on every graded cell.

    nbgrader makes comments for the cells that students edit. These belong to the graded cells themselves:
    the release and its cells in the gradebook stay as they are.
    """
    known = {comment.name for comment in notebook.comments}
    for grade in notebook.grades:
        if grade.name in graded and grade.name not in known:
            gradebook.db.add(Comment(cell_id=grade.cell_id, notebook_id=notebook.id))


def _points(cell: Any, report: Report, submission: Submission, folder: GradingFolder) -> float | None:
    """What the cell is worth; None where a person says so."""
    part, most = _part(report, cell), float(cell.metadata.nbgrader.points)
    if part.max_points != most:
        raise _other_course(cell, report)
    if part.verdict is not Verdict.AWAITING_PERSON:
        return part.points
    starters = folder.source / report.topic
    return None if is_answered(cell, submission, part.name, starters) else 0.0


def _part(report: Report, cell: Any) -> PartReport:
    name = cell.metadata.nbgrader.grade_id
    for part in report.parts:
        if grade_id(report.topic, part.name) == name:
            return part
    raise _other_course(cell, report)


def _other_course(cell: Any, report: Report) -> GradingBroken:
    facts = cell.metadata.nbgrader
    return GradingBroken(
        f"The gradebook's cell {facts.grade_id} of {facts.points:g} points "
        "is not a part of the course as it is now.",
        where=f"{report.topic}, {report.student}",
        remedy=f"Run `course build` and `nbgrader generate_assignment {report.topic}`, then autograde again.",
    )
