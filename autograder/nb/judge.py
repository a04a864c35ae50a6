"""Judges a whole hand-in before anything of it is recorded, and writes into the notebook what was found."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Unicode

from autograder.errors import GradingBroken
from autograder.nb.cover import grade_id
from autograder.nb.engine import DEFAULT_GRADER, engine_of
from autograder.nb.folder import GradingFolder
from autograder.nb.inbox import collected, whole_digest
from autograder.nb.journal import Journal, Kind
from autograder.nb.markdown import fenced, harmless
from autograder.report.escape import visible
from autograder.report.html import part_html
from autograder.report.model import PartReport, Report
from autograder.report.plain import part_text
from autograder.report.reveal import reveal
from autograder.submission import Submission
from autograder.verdict import Status

__all__ = ["Judge", "held"]

_CHARS_MOST = 100_000


class Judge(NbGraderPreprocessor):
    """Stands where nbgrader runs the notebook: nothing of a hand-in is run on this side.

    The report goes to RecordGrades through ``resources``.
    """

    grader = Unicode(DEFAULT_GRADER, help="Dotted name of what makes the grader.").tag(config=True)
    trust_submissions = Bool(
        default_value=False, help="Run submissions without a wall; for a machine that is one."
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Judge, then show. Raises GradingBroken before anything is changed."""
        facts = resources["nbgrader"]
        topic, student = facts["assignment"], facts["student"]
        folder: GradingFolder = self.parent.begun.folder
        journal = Journal(folder.journal)
        submission = collected(folder, topic, student)
        digest = whole_digest(submission)
        journal.add(topic, student, Kind.BEGUN, digest=digest)
        engine = engine_of(folder, self.grader, trust=self.trust_submissions)
        report = held(engine.report(submission), submission)
        level = engine.catalog.course.grading.reveal_student
        _show(nb, reveal(report, level), submission)
        resources["course"] = {"report": report, "submission": submission, "digest": digest}
        return nb, resources


def held(report: Report, submission: Submission) -> Report:
    """The report, if it may become a grade.

    Raises:
        GradingBroken: a part is broken, the report is about other files, or its points are
            not what points can be.
    """
    where = f"{report.topic}, {report.student}"
    remedy = "Mend what it names, then autograde again; nothing of this hand-in was recorded."
    faults = [
        f"{part.name}: {part.broken or f'{part.points:g} of {part.max_points:g} points cannot be'}"
        for part in report.parts
        if _faulty(part)
    ]
    if report.status is Status.BROKEN or faults:
        raise GradingBroken("; ".join(faults) or "Grading broke.", where=where, remedy=remedy)
    if (report.topic, report.student, report.digest) != (
        submission.topic,
        submission.student,
        submission.digest,
    ):
        raise GradingBroken("The report is about another hand-in.", where=where, remedy=remedy)
    return report


def _faulty(part: Any) -> bool:
    return part.broken is not None or not 0 <= part.points <= part.max_points


def _show(nb: Any, report: Report, submission: Submission) -> None:
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in nb.cells if "nbgrader" in cell.metadata}
    for part in report.parts:
        cell = cells.get(grade_id(report.topic, part.name))
        if cell is None:
            continue
        files = submission.parts[part.name]
        if cell.cell_type == "code":
            notes = _notes(report, part)
            page = part_html(part, notes=notes, sources=_sources(submission, files.files))
            data = {"text/html": page, "text/plain": part_text(part, notes=notes)}
            cell.outputs = [new_output("display_data", data=data)]
        else:
            at = nb.cells.index(cell) + 1
            nb.cells[at:at] = _beside(cell.id, submission, files.files)
            if files.refusal is not None:
                nb.cells.insert(at, _note(f"{cell.id[:50]}-refused", files.refusal))


def _notes(report: Report, part: PartReport) -> tuple[str, ...]:
    """What is said of the whole hand-in, with its first part."""
    if part.name != report.parts[0].name:
        return ()
    refused = () if report.refusal in (None, part.refusal) else (report.refusal,)
    return (*refused, *report.notes)


def _sources(submission: Submission, files: tuple[PurePosixPath, ...]) -> dict[str, str]:
    return {str(path): _text(submission, path) for path in files}


def _text(submission: Submission, path: PurePosixPath) -> str:
    return (submission.folder / path).read_bytes().decode("utf-8", "replace")


def _beside(name: str, submission: Submission, files: tuple[PurePosixPath, ...]) -> list[Any]:
    """An answer that was handed in as a file, as a cell under the answer's own."""
    cells = []
    for number, path in enumerate(files):
        if path.suffix == ".ipynb":
            continue
        text = _text(submission, path)[:_CHARS_MOST]
        body = harmless(visible(text)) if path.suffix == ".md" else fenced(visible(text))
        head = f"**From the file** {fenced_name(path)}:\n\n"
        cells.append(new_markdown_cell(f"{head}{body}", id=f"{name[:50]}-file-{number}"))
    return cells


def fenced_name(path: PurePosixPath) -> str:
    """A file's name as inline code."""
    return f"`{visible(str(path)).replace('`', '')}`"


def _note(name: str, sentence: str) -> Any:
    # A sentence that names a file could hold a formula, and a formula a link; in code there is none.
    told = visible(sentence)
    told = f"\n\n{fenced(told)}" if {"$", "\\"} & set(told) else f" {harmless(told)}"
    return new_markdown_cell(f"**Note:**{told}", id=name)
