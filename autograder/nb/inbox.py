"""Which hand-ins are new since they were last collected; keeps the inbox and the journal in step."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from autograder.catalog import Catalog, Topic
from autograder.collect import Found, ReleasedNotebook, Synced, sync_inbox
from autograder.collect.course_names import CourseNames
from autograder.collect.entries import class_entries
from autograder.collect.folder import reading
from autograder.collect.journal import Record, journal_file
from autograder.errors import GradingBroken
from autograder.nb.folder import GradingFolder
from autograder.nb.journal import Journal, Standing
from autograder.nb.roster import spellings
from autograder.submission import Submission

__all__ = ["collected", "entries", "listed", "refresh", "whole_digest"]

_NEVER = Standing()


def refresh(
    folder: GradingFolder,
    catalog: Catalog,
    *,
    topics: Sequence[str] | None = None,
    students: Collection[str] | None = None,
) -> list[Submission]:
    """Collect what changed in ``submitted`` since the last time, and write it into the journal.

    What was collected once stays in the inbox, even when it is gone from ``submitted``. Entries from
    which nothing is collected are passed over; see ``entries``.

    Returns:
        The hand-ins of the topics and students asked for.
    """
    wanted = [topic for topic in catalog.ready if topics is None or topic.name in topics]
    return [each for topic in wanted for each in entries(folder, catalog, topic, students).submissions]


def entries(
    folder: GradingFolder, catalog: Catalog, topic: Topic, students: Collection[str] | None = None
) -> Synced:
    """Every entry of ``submitted``, seen as one topic's; what changed since the last time is collected."""
    if not folder.submitted.is_dir():
        return Synced()
    folder.inbox.mkdir(exist_ok=True)
    released = folder.release / topic.name / f"{topic.name}.ipynb"
    synced = sync_inbox(
        folder.submitted,
        folder.inbox,
        topic,
        students,
        topics=[each.name for each in catalog.ready],
        spellings=spellings(folder),
        released=ReleasedNotebook.read(released) if released.is_file() else None,
    )
    journal = Journal(folder.journal)
    known = journal.standings(topic.name) if synced.submissions else {}
    found = {submission.student: whole_digest(submission) for submission in synced.submissions}
    changed = {name: digest for name, digest in found.items() if known.get(name, _NEVER).collected != digest}
    if changed:
        journal.add_collected(topic.name, changed)
    return synced


def listed(
    folder: GradingFolder, catalog: Catalog, topic: Topic, students: Collection[str] | None = None
) -> Found:
    """Every entry of ``submitted``, seen as one topic's, without collecting anything."""
    if not folder.submitted.is_dir():
        return Found()
    names = CourseNames.of(topic, [each.name for each in catalog.ready])
    with reading(folder.submitted):
        return class_entries(folder.submitted, names, by_topic=True, students=students)


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
