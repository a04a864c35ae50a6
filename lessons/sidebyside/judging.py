"""Decides which files a graded cell is about, has them judged, and puts the result into words."""

from __future__ import annotations

from html import escape
from pathlib import Path, PurePosixPath

from autograder.catalog import Catalog, Part, Places, Topic, load
from autograder.errors import CourseError, UsageError
from autograder.report.escape import visible, visible_line
from autograder.report.focus import decisive, nothing_ran
from autograder.report.html import part_html
from autograder.report.model import Report
from autograder.report.plain import part_text
from autograder.report.words import EXAMPLES_ONLY, hidden_told, part_title, score
from autograder.selfcheck import self_check
from autograder.verdict import Verdict
from sidebyside.checking import Checked

__all__ = ["judged"]

_LINE = 220
_FINE = (Verdict.PASSED, Verdict.AWAITING_PERSON)


def judged(topic_name: str, part_name: str, here: Path) -> Checked:
    """How the part fares; what keeps it from being judged stands in the result, and is not raised."""
    try:
        catalog = _catalog(here)
        topic = catalog.ready_topic(topic_name)
        part = _part(topic, part_name)
        folder = _folder(catalog.places(topic.name), part, here)
        report = self_check(catalog, topic, folder, parts=[part.name])
    except CourseError as error:
        line = visible_line(f"{error.what} {error.remedy}", _LINE)
        return Checked(passed=False, line=line, text=visible(str(error)), html=_pre(str(error)))
    found = report.parts[0]
    return Checked(
        passed=found.verdict in _FINE,
        line=_line(report),
        text=part_text(found, notes=report.notes, first_only=True),
        html=part_html(found, notes=report.notes, first_only=True),
    )


def _catalog(here: Path) -> Catalog:
    """The course around the notebook; for a notebook fetched to elsewhere, the one around this library.

    A person who works outside the course is a learner: the library may be an author's own, and still no
    hidden check judges.
    """
    try:
        return load(here)
    except UsageError as error:
        try:
            return load(Path(__file__).parent).judged_by_examples
        except UsageError:
            raise error from None


def _part(topic: Topic, name: str) -> Part:
    for part in topic.part:
        if part.name == name:
            return part
    raise UsageError(
        f"The topic {topic.name} has no part {visible_line(name, 40)!r}.",
        where="check(topic, part)",
        remedy=f"Use one of: {', '.join(part.name for part in topic.part)}.",
    )


def _folder(places: Places, part: Part, here: Path) -> Path:
    """Beside the notebook, where the part's files lie there; a lesson's own pair is not the learner's."""
    if here.resolve() != places.lesson.resolve() and any(_lies(here, file) for file in part.files):
        return here
    return places.exercise


def _lies(here: Path, file: str) -> bool:
    path = here / PurePosixPath(file)
    return path.is_file() or path.with_suffix("").is_dir()


def _line(report: Report) -> str:
    """The only part in one line: what to fix first, or that there is nothing to fix."""
    part = report.parts[0]
    first = decisive(part)
    told = score(part)
    if part.judged_by == "examples" and part.verdict is Verdict.PASSED:
        told = f"the examples pass, {score(part)}. {hidden_told(report)} {EXAMPLES_ONLY}"
    elif part.broken is not None or part.refusal is not None:
        told = part.broken or part.refusal or ""
    elif first is not None and nothing_ran(part):
        told = first.message
    elif first is not None:
        told = f"{score(part)}; first: {first.sentence} {first.message}"
    return visible_line(f"{part_title(part.name)}: {' '.join(told.split())}", _LINE)


def _pre(text: str) -> str:
    return f'<pre style="white-space:pre-wrap;overflow-wrap:anywhere">{escape(visible(text))}</pre>'
