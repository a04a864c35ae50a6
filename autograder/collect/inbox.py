"""Keeps the inbox in step with nbgrader's folder of hand-ins: ``submitted/<student>/<topic>/``."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath

from autograder.catalog.model import Topic
from autograder.collect import timestamp
from autograder.collect.arrange import TIMESTAMP
from autograder.collect.caps import CAPS, Caps
from autograder.collect.fingerprint import Fingerprint, fingerprint
from autograder.collect.folder import Folder, NotPlain, reading
from autograder.collect.intake import ARCHIVES
from autograder.collect.journal import Record, journal_file, rules_digest
from autograder.collect.names import shown, student_problem
from autograder.collect.one import collect_one
from autograder.collect.released import ReleasedNotebook
from autograder.collect.write import remove, sweep
from autograder.errors import UsageError
from autograder.submission import Submission

__all__ = ["sync_inbox"]

_MOST_STUDENTS = 100_000
_NO_TIME = (
    f"The file {TIMESTAMP} of your hand-in holds no date, so the time of the hand-in is not known: "
    "tell your instructor when you handed in."
)


def sync_inbox(
    submitted: Path,
    inbox: Path,
    topic: Topic,
    students: Collection[str] | None = None,
    *,
    released: ReleasedNotebook | None = None,
    remove_vanished: bool = False,
    caps: Caps = CAPS,
) -> list[Submission]:
    """Collect every hand-in of a topic that changed since it was last collected.

    A hand-in is the folder ``submitted/<student>/<topic>`` or an archive of that name.

    Args:
        submitted: nbgrader's folder of hand-ins.
        inbox: receives ``<student>/<topic>/`` folders and, in a hidden folder, what was made of what.
        topic: whose hand-ins.
        students: only theirs; all when None.
        released: the topic's notebook as released; see collect_one.
        remove_vanished: remove from the inbox what is no longer in ``submitted``.
        caps: how much is taken of each hand-in.

    Returns:
        The submissions of all students asked for who handed in, in the order of their ids, whether
        collected now or before.

    Raises:
        UsageError: a folder's name cannot be a student's id; all others have been collected.
        GradingBroken: this machine could not read a hand-in or write the inbox.
    """
    sync = _Sync(submitted, inbox, topic, released, caps, rules_digest(topic, released, caps))
    with reading(submitted), Folder.trusted(submitted) as base:
        names = [name for name in base.names(_MOST_STUDENTS) if students is None or name in students]
        sources = [(name, source) for name in names if (source := sync.source(base, name))]
        odd = [name for name, _ in sources if student_problem(name)]
        submissions = [sync.student(base, name, source) for name, source in sources if name not in odd]
        if remove_vanished:
            sync.remove_vanished(students, {name for name, _ in sources})
    if odd:
        raise UsageError(
            f"These folders are not named as students can be: {', '.join(map(shown, odd))}.",
            where=str(submitted),
            remedy="Rename each to its student's id; every other hand-in has been collected.",
        )
    return submissions


@dataclass(frozen=True, slots=True)
class _Sync:
    submitted: Path
    inbox: Path
    topic: Topic
    released: ReleasedNotebook | None
    caps: Caps
    rules: str

    def source(self, base: Folder, student: str) -> PurePath | None:
        """The way from ``base`` to a student's hand-in; None when there is none."""
        if student.startswith("."):
            return None
        try:
            with base.folder(student) as home:
                names = home.names(self.caps.seen)
        except NotPlain:
            # A link in place of the folder: taken as a hand-in, to be refused where the student sees it.
            link = base.path / student
            return (
                PurePath(student) if link.is_symlink() and os.path.lexists(link / self.topic.name) else None
            )
        wanted = [self.topic.name, *(f"{self.topic.name}{suffix}" for suffix in ARCHIVES)]
        # Anything else of that name, such as a .rar, is taken too, so that its refusal is seen.
        wanted += [name for name in names if name.startswith(f"{self.topic.name}.")]
        return next((PurePath(student, name) for name in wanted if name in names), None)

    def student(self, base: Folder, student: str, source: PurePath) -> Submission:
        """A student's hand-in, collected again only when that could make a difference."""
        destination = self.inbox / student / self.topic.name
        file = journal_file(self.inbox, self.topic.name, student)
        now = fingerprint(base, source, self.caps)
        record = Record.read(file)
        if record and self._still(record, student, now):
            return record.submission(destination)
        if destination.parent.is_dir():
            sweep(destination.parent)
        moment, problem = self._moment(base, source)
        submission = collect_one(
            base.path / source,
            student=student,
            topic=self.topic,
            destination=destination,
            base=base.path,
            released=self.released,
            submitted=moment,
            caps=self.caps,
        )
        if problem:
            submission = replace(submission, notes=(*submission.notes, problem))
        read = now.digest if now.settled else ""
        Record.of(submission, source=read, made=self._made(student).digest, rules=self.rules).write(file)
        return submission

    def remove_vanished(self, students: Collection[str] | None, present: set[str]) -> None:
        """Remove what was made of hand-ins that are gone, of these students."""
        for file in journal_file(self.inbox, self.topic.name, "x").parent.glob("*.json"):
            student = file.stem
            if student not in present and (students is None or student in students):
                remove(self.inbox / student / self.topic.name)
                file.unlink()

    def _still(self, record: Record, student: str, now: Fingerprint) -> bool:
        """Whether collecting again would make what lies in the inbox already."""
        if not now.digest or (record.rules, record.source) != (self.rules, now.digest):
            return False
        return record.made == self._made(student).digest

    def _made(self, student: str) -> Fingerprint:
        with Folder.trusted(self.inbox) as inbox:
            return fingerprint(inbox, PurePath(student, self.topic.name), self.caps)

    def _moment(self, base: Folder, source: PurePath) -> tuple[datetime | None, str | None]:
        """When it was handed in, as nbgrader wrote it down; or a sentence about why that is not known."""
        try:
            with base.folder(source.parts[0]) as home, home.folder(source.name) as folder:
                if str(TIMESTAMP) not in folder.names(self.caps.seen):
                    return None, None
                moment = timestamp.parsed(folder.read(str(TIMESTAMP), timestamp.MOST_BYTES))
        except NotPlain:
            return None, None
        return moment, None if moment else _NO_TIME
