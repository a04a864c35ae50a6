"""Takes a misfiled or withdrawn hand-in out of grading: its grade goes, and nothing handed in is lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.exc import OperationalError

from autograder.collect.course_names import CourseNames, archive_stem, children
from autograder.collect.entries import class_entries
from autograder.collect.entry import Source
from autograder.collect.journal import journal_file
from autograder.errors import CourseError, UsageError
from autograder.nb import lock
from autograder.nb.app import configured_app
from autograder.nb.begin import unusable
from autograder.nb.folder import GradingFolder
from autograder.nb.journal import Journal, Kind, Standing

__all__ = ["Withdrawn", "withdraw"]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What became of a hand-in.

    Attributes:
        reason: why it was withdrawn; empty when nobody said.
        moved_to: the folder that holds all of it, below the grading folder.
        files: what came out of ``submitted``, by path below it.
        points: what the gradebook held; None when it held nothing.
    """

    reason: str
    moved_to: str
    files: tuple[str, ...]
    points: float | None

    @property
    def detail(self) -> str:
        """As the journal keeps it."""
        return json.dumps(asdict(self))


def withdraw(path: Path, topic: str, student: str, *, reason: str = "") -> Withdrawn:
    """Remove a grade from the gradebook, and move the hand-in and its results to ``withdrawn``.

    Interrupted, it is repeated: the files move first, so that no run in between grades them again.

    Args:
        path: the grading folder.
        topic: the topic's name.
        student: the student's id.
        reason: shown in the export.

    Raises:
        UsageError: there is nothing to withdraw.
        CourseError: another process grades this folder, or the gradebook cannot be used.
    """
    folder = GradingFolder(path.resolve())
    folder.catalog().ready_topic(topic)
    app = configured_app(folder, topic)
    is_holder = lock.hold(folder.lock)
    try:
        return _withdraw(folder, app, topic, student, reason)
    except OperationalError as error:
        raise unusable(error, folder) from error
    finally:
        if is_holder:
            lock.release(folder.lock)


def _withdraw(folder: GradingFolder, app: Any, topic: str, student: str, reason: str) -> Withdrawn:
    journal = Journal(folder.journal)
    standing = journal.standings(topic, student).get(student, Standing())
    handed_in = sorted(_handed_in(folder, topic, student))
    with closing(Gradebook(app.coursedir.db_url, app.coursedir.course_id)) as gradebook:
        grade = _grade(gradebook, topic, student)
        if not handed_in and grade is None and not (standing.collected or standing.finished):
            raise _nothing(folder, topic, student, standing)
        place = _place(folder, topic, student)
        for path in handed_in:
            _move(path, place / "submitted" / path.relative_to(folder.submitted))
        for home in (folder.inbox, folder.autograded, folder.feedback):
            _move(home / student / topic, place / home.name)
        journal_file(folder.inbox, topic, student).unlink(missing_ok=True)
        if grade is not None:
            (place / "grade.json").write_text(f"{json.dumps(grade, indent=2)}\n", encoding="utf-8")
            gradebook.remove_submission(topic, student)
    names = tuple(str(path.relative_to(folder.submitted)) for path in handed_in)
    points = None if grade is None else float(grade["score"])
    withdrawn = Withdrawn(reason, str(place.relative_to(folder.path)), names, points)
    journal.add(topic, student, Kind.WITHDRAWN, digest=standing.collected, detail=withdrawn.detail)
    return withdrawn


def _handed_in(folder: GradingFolder, topic: str, student: str) -> set[Path]:
    """Everything in ``submitted`` that is this student's hand-in of the topic, older ones included."""
    course = folder.catalog().course
    names = CourseNames.of(folder.catalog().topic(topic), [each.name for each in course.topic])
    found: set[Path] = set()
    if folder.submitted.is_dir():
        listed = class_entries(folder.submitted, names, by_topic=True, students=[student])
        found |= {path for each in listed.sources if each.student == student for path in _files(each)}
    home = folder.submitted / student
    if home.is_dir() and not home.is_symlink() and home not in found:
        found |= {
            Path(entry.path)
            for entry in children(home)
            if names.is_topic(archive_stem(entry.name) or entry.name.partition(".")[0])
        }
    return found


def _files(source: Source) -> Iterator[Path]:
    if source.only:
        yield from (source.path / name for name in source.only)
    else:
        yield source.path


def _grade(gradebook: Any, topic: str, student: str) -> dict[str, Any] | None:
    """All that the gradebook holds of a submission, a person's points and comments included."""
    try:
        submission = gradebook.find_submission(topic, student)
    except MissingEntry:
        return None
    facts: dict[str, Any] = submission.to_dict()
    facts["grades"] = [grade.to_dict() for each in submission.notebooks for grade in each.grades]
    facts["comments"] = [comment.to_dict() for each in submission.notebooks for comment in each.comments]
    return facts


def _place(folder: GradingFolder, topic: str, student: str) -> Path:
    """A new folder for what is withdrawn."""
    home = folder.withdrawn / student / topic
    home.mkdir(parents=True, exist_ok=True)
    stamp = f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
    taken = {path.name for path in home.iterdir()}
    numbered = (stamp if number == 1 else f"{stamp}-{number}" for number in range(1, len(taken) + 2))
    place = home / next(name for name in numbered if name not in taken)
    place.mkdir()
    return place


def _move(path: Path, target: Path) -> None:
    """Move what is there; a folder that is left empty goes, too."""
    if path.is_symlink() or path.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
        home = path.parent
        if home.parent.name in {"submitted", "inbox", "autograded", "feedback"} and not any(home.iterdir()):
            home.rmdir()


def _nothing(folder: GradingFolder, topic: str, student: str, standing: Standing) -> CourseError:
    if standing.withdrawn:
        moved = json.loads(standing.withdrawn)["moved_to"]
        return UsageError(
            f"The hand-in of {student} for {topic} is withdrawn already.",
            where=str(folder.path / moved),
            remedy="Nothing is left to do.",
        )
    return UsageError(
        f"There is no hand-in of {student} for {topic}.",
        where=str(folder.path),
        remedy=f"Name the student as submitted/ or the gradebook does; {topic} is the topic.",
    )
