"""Lists every entry of a class folder: whose hand-in it is, or why that cannot be said."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.collect.course_names import (
    CourseNames,
    archive_stem,
    is_dropping,
    is_folder,
    is_tree,
    original_name,
)
from autograder.collect.entry import Found, Source, Unread
from autograder.collect.names import printable, shown, student_id, student_problem
from autograder.collect.rivals import choose
from autograder.collect.student import StudentFolder
from autograder.verdict import Status

__all__ = ["class_entries", "merged"]

_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")


def class_entries(
    folder: Path, names: CourseNames, *, by_topic: bool = False, students: Collection[str] | None = None
) -> Found:
    """Every entry of a class folder exactly once, each laid out in a way of its own.

    Args:
        folder: the class folder, which is trusted.
        names: what the course calls its topics.
        by_topic: whether it is nbgrader's folder, with ``<student>/<topic>/`` in it.
        students: only entries that come to one of these ids, or are named so; all when None.

    Raises:
        OSError: this machine may not read the folder.
    """
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    left = [entry for entry in found if is_dropping(entry.name) and not names.hides_work(entry)]
    ignored = tuple(printable(entry.name) for entry in left)
    there = frozenset(student_id(_whole_name(entry)) for entry in found)
    listing = _Listing(folder, names, by_topic, there)
    read = [
        listing.entry(entry)
        for entry in found
        if entry not in left and (students is None or _is_asked_for(entry.name, students))
    ]
    sources = [each for each in read if isinstance(each, Source)]
    unread = [each for each in read if isinstance(each, Unread)]
    return merged(sources, unread, names, ignored=ignored)


def merged(
    sources: Iterable[Source], unread: Iterable[Unread], names: CourseNames, *, ignored: Iterable[str] = ()
) -> Found:
    """One hand-in a student: of several the newest, where one is clearly newer."""
    by_student: dict[str, list[Source]] = {}
    for source in sources:
        mine = by_student.setdefault(source.student, [])
        if source not in mine:
            mine.append(source)
    decided = [_one(by_student[student], names) for student in sorted(by_student)]
    kept = [each for each in decided if isinstance(each, Source)]
    aside = [*unread, *(each for each in decided if isinstance(each, Unread))]
    missing = [each for each in aside if each.status is Status.MISSING]
    kept = [_noted(source, missing) for source in kept]
    told = _told(aside, {printable(source.student) for source in kept})
    return Found(tuple(kept), tuple(told), tuple(ignored))


def _told(unread: Sequence[Unread], taken: Collection[str]) -> list[Unread]:
    """Each under a unique name; a missing submission is reported with another entry of the same student."""
    told: dict[str, Unread] = {}
    for each in sorted(unread, key=lambda each: each.status is Status.MISSING):
        if each.status is Status.MISSING and (each.name in taken or each.name in told):
            if other := told.get(each.name):
                told[each.name] = replace(other, reason=f"{other.reason} {each.reason}")
            continue
        free = each.name not in taken and each.name not in told
        name = each.name if free else each.entry
        told[name] = replace(each, name=name)
    return [told[name] for name in sorted(told)]


@dataclass(frozen=True, slots=True)
class _Listing:
    folder: Path
    names: CourseNames
    by_topic: bool
    there: frozenset[str]

    def entry(self, entry: os.DirEntry[str]) -> Source | Unread:
        """One entry of the class folder."""
        name = _whole_name(entry)
        if misnamed := self._misnamed(entry, name):
            return misnamed
        student = self._student(name)
        try:
            if entry.is_symlink():
                return self._link(entry, student)
            if is_folder(entry):
                return StudentFolder(
                    student, Path(entry.path), self.folder, self.names, self.by_topic
                ).hand_in()
            return self._file(entry, student, is_archive=archive_stem(entry.name) is not None)
        except OSError as error:
            return _unreadable(student, printable(entry.name), error)

    def _misnamed(self, entry: os.DirEntry[str], name: str) -> Unread | None:
        """Why an entry of this name cannot be a student's, if it cannot."""
        if problem := student_problem(student_id(name)):
            return self._not_understood(entry, f"cannot be a student's id: {problem}", "Rename it to the id")
        if is_tree(name) or (not entry.is_symlink() and self._is_of_a_topic(name)):
            what = "a part of the course" if is_tree(name) else "a topic"
            return self._not_understood(
                entry, f"is named after {what}, not after a student", "Rename it to the student's id"
            )
        return None

    def _student(self, name: str) -> str:
        """Whose an entry is: where ``ada`` is there as well, ``ada (1)`` is a copy of it."""
        original = student_id(original_name(name))
        return original if original in self.there else student_id(name)

    def _is_of_a_topic(self, name: str) -> bool:
        return self.names.is_topic(name) or self.names.is_other(name)

    def _link(self, entry: os.DirEntry[str], student: str) -> Source | Unread:
        """A link, which collect refuses where the student sees it."""
        path = Path(entry.path)
        is_file = archive_stem(entry.name) is None and bool(_SUFFIX.search(entry.name)) and not entry.is_dir()
        if is_file or (self.by_topic and not os.path.lexists(path / self.names.topic)):
            return self._not_understood(entry, "is a link, and links are not followed", "Put a copy there")
        return Source(student, path, self.folder)

    def _file(self, entry: os.DirEntry[str], student: str, *, is_archive: bool) -> Source | Unread:
        if not entry.is_file(follow_symlinks=False):
            return self._not_understood(entry, "is neither a file nor a folder", "Remove it")
        if not is_archive:
            what = "an app that lies in no student's folder" if self.names.is_app(entry) else "a loose file"
            return self._not_understood(
                entry, f"is {what}, so it is not clear whose it is", "Move it into the student's folder"
            )
        if self.by_topic and self.names.others:
            place = f"{printable(student)}/{self.names.topic}/"
            problem = "is an archive beside the students' folders, and could be of any topic"
            told = self._not_understood(entry, problem, f"Move it into {place}")
            return replace(told, name=printable(student))
        return Source(student, Path(entry.path), self.folder)

    def _not_understood(self, entry: os.DirEntry[str], problem: str, remedy: str) -> Unread:
        reason = f"{shown(entry.name)} {problem}. {remedy}, then grade again."
        name = printable(entry.name)
        return Unread(name, f"{name}/" if is_folder(entry) else name, Status.NOT_UNDERSTOOD, reason)


def _one(rivals: Sequence[Source], names: CourseNames) -> Source | Unread:
    """The hand-in that counts of one student's."""
    student = printable(rivals[0].student)
    entries = ", ".join(printable(str(rival.path.relative_to(rival.base))) for rival in rivals)
    try:
        choice = choose(rivals, names.wanted)
    except OSError as error:
        return _unreadable(rivals[0].student, entries, error)
    if choice.source is None:
        problem = f"There are several hand-ins of {student}: {choice.note}."
        reason = f"{problem} Keep the one that counts, then grade again."
        return Unread(student, entries, Status.NOT_UNDERSTOOD, reason)
    return replace(choice.source, notes=(*choice.source.notes, *filter(None, [choice.note])))


def _noted(source: Source, missing: Sequence[Unread]) -> Source:
    """The hand-in with a note about the same student's folder in which there is none."""
    student = printable(source.student)
    return replace(source, notes=(*source.notes, *(each.reason for each in missing if each.name == student)))


def _unreadable(student: str, entry: str, error: OSError) -> Unread:
    reason = (
        f"It could not be read: {error.strerror or error}. See that this user may read it, then grade again."
    )
    return Unread(printable(student), entry, Status.BROKEN, reason)


def _whole_name(entry: os.DirEntry[str]) -> str:
    """An entry's name; an archive's without its suffix."""
    stem = archive_stem(entry.name)
    return entry.name if stem is None or is_folder(entry) else stem


def _is_asked_for(name: str, students: Collection[str]) -> bool:
    ids = {student_id(student) for student in students}
    stem = archive_stem(name) or name
    return any(student_id(each) in ids for each in (name, stem, original_name(stem)))
