"""Which hand-ins are new since they were last collected; keeps the inbox and the journal in step."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

from autograder.catalog import Catalog, Topic
from autograder.collect import ReleasedNotebook, sync_inbox
from autograder.collect.journal import Record, journal_file
from autograder.collect.names import student_problem
from autograder.errors import GradingBroken
from autograder.nb.folder import GradingFolder
from autograder.nb.journal import Journal, Standing
from autograder.submission import Submission

__all__ = ["collected", "odd_names", "refresh", "whole_digest"]

_NEVER = Standing()


def refresh(
    folder: GradingFolder,
    catalog: Catalog,
    *,
    topics: Sequence[str] | None = None,
    students: Collection[str] | None = None,
) -> list[Submission]:
    """Collect what changed in ``submitted`` since the last time, and write it into the journal.

    What was collected once stays in the inbox, even when it is gone from ``submitted``. A folder
    whose name cannot be a student's id is passed over; see ``odd_names``.

    Returns:
        The hand-ins of the topics and students asked for.
    """
    if not folder.submitted.is_dir():
        return []
    folder.inbox.mkdir(exist_ok=True)
    odd = set(odd_names(folder))
    wanted = {name for name in _names(folder) if name not in odd and (students is None or name in students)}
    found: list[Submission] = []
    for topic in catalog.ready:
        if topics is None or topic.name in topics:
            found += _refresh_topic(folder, topic, wanted)
    return found


def odd_names(folder: GradingFolder) -> list[str]:
    """Folders of ``submitted`` whose names cannot be students' ids."""
    return [name for name in _names(folder) if student_problem(name)]


def collected(folder: GradingFolder, topic: str, student: str) -> Submission:
    """The hand-in that lies in the inbox.

    Raises:
        GradingBroken: it never went through collect.
    """
    record = Record.read(journal_file(folder.inbox, topic, student))
    place = folder.inbox / student / topic
    if record is None:
        raise GradingBroken(
            f"The hand-in of {student} for {topic} was put into the inbox by hand.",
            where=str(place),
            remedy="Put it into 'submitted' instead; collect cleans it and fills the inbox.",
        )
    return record.submission(place)


def whole_digest(submission: Submission) -> str:
    """Hex SHA-256 of all that can change a grade, the notebook's answers and the time included."""
    digest = hashlib.sha256(submission.digest.encode())
    for name in (f"{submission.topic}.ipynb", "timestamp.txt"):
        path = submission.folder / name
        if path.is_file():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _refresh_topic(folder: GradingFolder, topic: Topic, students: Collection[str]) -> list[Submission]:
    released = folder.release / topic.name / f"{topic.name}.ipynb"
    submissions = sync_inbox(
        folder.submitted,
        folder.inbox,
        topic,
        students,
        released=ReleasedNotebook.read(released) if released.is_file() else None,
    )
    journal = Journal(folder.journal)
    known = journal.standings(topic.name) if submissions else {}
    found = {submission.student: whole_digest(submission) for submission in submissions}
    changed = {name: digest for name, digest in found.items() if known.get(name, _NEVER).collected != digest}
    if changed:
        journal.add_collected(topic.name, changed)
    return submissions


def _names(folder: GradingFolder) -> list[str]:
    return sorted(path.name for path in _folders(folder.submitted) if not path.name.startswith("."))


def _folders(place: Path) -> list[Path]:
    return [path for path in place.iterdir() if path.is_dir()] if place.is_dir() else []
