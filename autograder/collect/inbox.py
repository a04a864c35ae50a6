"""Keeps the inbox in step with nbgrader's folder of hand-ins, in which every entry is looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath

from autograder.catalog.model import Topic
from autograder.collect import timestamp
from autograder.collect.arrange import TIMESTAMP
from autograder.collect.caps import CAPS, Caps
from autograder.collect.course_names import CourseNames
from autograder.collect.entries import class_entries
from autograder.collect.entry import Source, Unread
from autograder.collect.fingerprint import Fingerprint, fingerprint
from autograder.collect.folder import Folder, NotPlain, reading
from autograder.collect.journal import Record, journal_file, rules_digest
from autograder.collect.names import printable
from autograder.collect.one import collect_one
from autograder.collect.released import ReleasedNotebook
from autograder.collect.write import remove, sweep
from autograder.errors import GradingBroken
from autograder.submission import Submission
from autograder.verdict import Status

__all__ = ["Synced", "sync_inbox"]

_NO_TIME = (
    f"The file {TIMESTAMP} of your hand-in holds no date, so the time of the hand-in is not known: "
    "tell your instructor when you handed in."
)


@dataclass(frozen=True, slots=True)
class Synced:
    """What became of the entries of nbgrader's folder.

    Attributes:
        submissions: in the order of the students' ids, whether collected now or before.
        unread: entries from which nothing was collected, and why.
        ignored: names of what operating systems and tools leave behind.
    """

    submissions: tuple[Submission, ...] = ()
    unread: tuple[Unread, ...] = ()
    ignored: tuple[str, ...] = ()


def sync_inbox(
    submitted: Path,
    inbox: Path,
    topic: Topic,
    students: Collection[str] | None = None,
    *,
    topics: Collection[str] = (),
    spellings: Mapping[str, str] | None = None,
    released: ReleasedNotebook | None = None,
    remove_vanished: bool = False,
    caps: Caps = CAPS,
) -> Synced:
    """Collect every hand-in of a topic that changed since it was last collected.

    Args:
        submitted: nbgrader's folder of hand-ins.
        inbox: receives ``<student>/<topic>/`` folders and, in a hidden folder, what was made of what.
        topic: whose hand-ins.
        students: only theirs; all when None.
        topics: the names of all the course's topics. Where there are several, a hand-in is named after
            its topic: a folder or an archive in the student's folder.
        spellings: ids that the gradebook spells in another way than NFC, by their NFC form.
        released: the topic's notebook as released; see collect_one.
        remove_vanished: remove from the inbox what is no longer in ``submitted``.
        caps: how much is taken of each hand-in.

    Raises:
        GradingBroken: this machine could not read the folder or write the inbox.
    """
    sync = _Sync(submitted, inbox, topic, released, caps, rules_digest(topic, released, caps))
    names = CourseNames.of(topic, topics)
    with reading(submitted), Folder.trusted(submitted) as base:
        found = class_entries(submitted, names, by_topic=True, students=students)
        sources = [_spelled(source, spellings or {}) for source in found.sources]
        results = [sync.result(base, source) for source in sources]
        if remove_vanished:
            sync.remove_vanished(students, {source.student for source in sources})
    submissions = sorted(
        (each for each in results if isinstance(each, Submission)), key=lambda each: each.student
    )
    broken = [each for each in results if isinstance(each, Unread)]
    return Synced(tuple(submissions), (*found.unread, *broken), found.ignored)


def _spelled(source: Source, spellings: Mapping[str, str]) -> Source:
    return replace(source, student=spellings.get(source.student, source.student))


@dataclass(frozen=True, slots=True)
class _Sync:
    submitted: Path
    inbox: Path
    topic: Topic
    released: ReleasedNotebook | None
    caps: Caps
    rules: str

    def result(self, base: Folder, source: Source) -> Submission | Unread:
        """A student's hand-in, or why this machine may not read it; that stops nobody else."""
        try:
            with reading(source.path):
                return self.submission(base, source)
        except GradingBroken as error:
            cause = error.__cause__
            ours = str(getattr(cause, "filename", "")).startswith(str(self.inbox))
            if ours or not isinstance(cause, PermissionError):
                raise
            entry = str(source.path.relative_to(self.submitted))
            return Unread(printable(source.student), printable(entry), Status.BROKEN, str(error))

    def submission(self, base: Folder, source: Source) -> Submission:
        """A student's hand-in, collected again only when that could make a difference."""
        student = source.student
        below = source.path.relative_to(self.submitted)
        destination = self.inbox / student / self.topic.name
        file = journal_file(self.inbox, self.topic.name, student)
        now = fingerprint(base, below, self.caps)
        seen = _digest(now, source, below)
        record = Record.read(file)
        if record and self._still(record, student, seen):
            return record.submission(destination)
        if destination.parent.is_dir():
            sweep(destination.parent)
        moment, problem = self._moment(base, below)
        submission = collect_one(
            source.path,
            student=student,
            topic=self.topic,
            destination=destination,
            base=base.path,
            only=source.only,
            released=self.released,
            submitted=moment,
            caps=self.caps,
        )
        notes = (*source.notes, *submission.notes, *([problem] if problem else []))
        submission = replace(submission, notes=notes)
        read = seen if now.settled else ""
        Record.of(submission, source=read, made=self._made(student).digest, rules=self.rules).write(file)
        return submission

    def remove_vanished(self, students: Collection[str] | None, present: set[str]) -> None:
        """Remove what was made of hand-ins that are gone, of these students."""
        for file in journal_file(self.inbox, self.topic.name, "x").parent.glob("*.json"):
            student = file.stem
            if student not in present and (students is None or student in students):
                remove(self.inbox / student / self.topic.name)
                file.unlink()

    def _still(self, record: Record, student: str, seen: str) -> bool:
        """Whether collecting again would make what lies in the inbox already."""
        if not seen or (record.rules, record.source) != (self.rules, seen):
            return False
        return record.made == self._made(student).digest

    def _made(self, student: str) -> Fingerprint:
        with Folder.trusted(self.inbox) as inbox:
            return fingerprint(inbox, PurePath(student, self.topic.name), self.caps)

    def _moment(self, base: Folder, below: PurePath) -> tuple[datetime | None, str | None]:
        """When it was handed in, as nbgrader wrote it down; or a sentence about why that is not known."""
        try:
            with ExitStack() as opened:
                folder = base
                for name in below.parts:
                    folder = opened.enter_context(folder.folder(name))
                if str(TIMESTAMP) not in folder.names(self.caps.seen):
                    return None, None
                moment = timestamp.parsed(folder.read(str(TIMESTAMP), timestamp.MOST_BYTES))
        except NotPlain:
            return None, None
        return moment, None if moment else _NO_TIME


def _digest(now: Fingerprint, source: Source, below: PurePath) -> str:
    """Differs when something else would be collected, or told; empty when nothing could be looked at."""
    if not now.digest:
        return ""
    facts = (now.digest, below.parts, source.only, source.notes)
    return hashlib.sha256(ascii(facts).encode()).hexdigest()
