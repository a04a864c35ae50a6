"""Decides what in one student's folder is the hand-in of a topic, however the folder is laid out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.collect.course_names import EXERCISES, CourseNames, archive_stem, children, is_folder
from autograder.collect.entry import Source, Unread
from autograder.collect.names import printable, shown
from autograder.collect.rivals import choose
from autograder.verdict import Status

__all__ = ["StudentFolder"]

Entries = Sequence[os.DirEntry[str]]


@dataclass(frozen=True, slots=True)
class StudentFolder:
    """One student's folder in a class.

    Attributes:
        student: the student's id.
        path: the folder itself, which is not a link.
        base: the class folder.
        names: what the course calls its topics.
        by_topic: whether the class folder is nbgrader's, where every hand-in lies in a folder of its topic:
            elsewhere whatever the student's folder holds is a hand-in of the topic that was asked for.
    """

    student: str
    path: Path
    base: Path
    names: CourseNames
    by_topic: bool

    def hand_in(self) -> Source | Unread:
        """The hand-in of the topic, or why there is none that can be collected.

        Raises:
            OSError: this machine may not read the folder.
        """
        entries = children(self.path)
        apps = [entry for entry in entries if self.names.is_app(entry)]
        found = self._named(entries, apps)
        if found and not (apps and self._is_hollow(found)):
            return self._newest(entries, found, apps)
        if self._is_whole(entries, apps):
            return self._whole(entries)
        if apps and self._is_strict and self._has_other_notebook(entries):
            return self._nothing(entries)
        if apps:
            return self._not_understood(
                f"{_listed(apps)} in the folder of {self._owner} could be of any topic",
                f"Move the files into {self._place}",
            )
        return self._without_topic(entries)

    def _named(self, entries: Entries, apps: Entries) -> list[os.DirEntry[str]]:
        """The entries that are named as the topic, and those that hold work and are named nearly so.

        Where nothing is named as the topic, those that mention it.
        """
        named = {
            entry.name: archive_stem(entry.name) or entry.name
            for entry in entries
            if entry not in apps and (archive_stem(entry.name) or is_folder(entry) or "." not in entry.name)
        }
        exact = [entry for entry in entries if self.names.is_topic(named.get(entry.name, ""))]
        if exact:
            near = [entry for entry in entries if entry not in exact and entry.name in named]
            return exact + [entry for entry in near if self._is_nearly(entry, named[entry.name])]
        if apps:
            return []
        return [entry for entry in entries if self.names.mentions_topic(named.get(entry.name, ""))]

    def _is_nearly(self, entry: os.DirEntry[str], name: str) -> bool:
        """Whether an entry with work in it has a name that mentions the topic's, or resembles it."""
        if self.names.is_other(name):
            return False
        if not self.names.mentions_topic(name) and self.names.resembles(name) != self.names.topic:
            return False
        return archive_stem(entry.name) is not None or (
            is_folder(entry) and self.names.holds_work(Path(entry.path))
        )

    def _exercise(self, entries: Entries, found: Entries) -> Source | None:
        """The topic's folder in ``exercises``, which comes before any other."""
        inner = [Path(entry.path) for entry in entries if is_folder(entry) and entry not in found]
        for folder in (self.path, *inner):
            if self.names.is_repository(folder):
                exercise = folder / EXERCISES / self.names.topic
                if exercise.is_dir() and not exercise.is_symlink() and self.names.holds_work(exercise):
                    return Source(self.student, exercise, self.base)
        return None

    def _is_hollow(self, found: Entries) -> bool:
        """Whether nothing but folders without an app or an archive is named as the topic."""
        if self._is_strict:
            return False
        return all(is_folder(entry) and not self.names.holds_work(Path(entry.path)) for entry in found)

    def _newest(self, entries: Entries, found: Entries, apps: Entries) -> Source | Unread:
        rivals = [Source(self.student, Path(entry.path), self.base) for entry in found]
        beside: tuple[str, ...] = tuple(entry.name for entry in apps)
        if apps and not self._is_strict and not any(map(is_folder, found)):
            rivals.append(Source(self.student, self.path, self.base, only=beside))
            beside = ()
        if exercise := self._exercise(entries, found):
            rivals.append(exercise)
        choice = choose(rivals, self.names.wanted, first=exercise, home=self.path)
        if choice.source is None:
            return self._not_understood(choice.note, "Keep the one that counts")
        notes = [choice.note] if choice.note else []
        if beside:
            taken = shown(choice.source.path.name)
            notes.append(f"{_listed(apps)} beside {taken} was not taken: hand in one or the other.")
        return self._whole_again(replace(choice.source, notes=tuple(notes)), found, apps)

    def _whole_again(self, source: Source, found: Entries, apps: Entries) -> Source:
        """Where the apps beside an archive count, what they need lies beside them, too."""
        if not any(entry.name in source.only for entry in apps):
            return source
        left = {entry.name for entry in found} - {*source.only}
        kept = [e.name for e in children(self.path) if e.name not in left and not self._is_other(e)]
        return replace(source, only=tuple(kept))

    @property
    def _is_strict(self) -> bool:
        """Whether only the name of a folder or an archive says which topic it is of."""
        return self.by_topic and bool(self.names.others)

    def _is_whole(self, entries: Entries, apps: Entries) -> bool:
        """Whether the folder as a whole is the hand-in."""
        if self._repository(entries):
            return True
        if self._is_strict:
            return self._has_notebook(entries)
        if self.by_topic and not entries:
            return False
        return bool(apps) or not any(self._is_other(entry) for entry in entries)

    def _whole(self, entries: Entries) -> Source:
        """The whole folder, without the archives that are another topic's."""
        rest = [entry.name for entry in entries if is_folder(entry) or not self._is_other(entry)]
        only = () if len(rest) == len(entries) else tuple(rest)
        return Source(self.student, self.path, self.base, only)

    def _has_notebook(self, entries: Entries) -> bool:
        """Whether the topic's notebook, and no other topic's, lies at the top."""
        wanted = any(
            self.names.wanted.canonical(entry.name) == self.names.wanted.notebook for entry in entries
        )
        return wanted and not self._has_other_notebook(entries)

    def _has_other_notebook(self, entries: Entries) -> bool:
        """Whether another topic's notebook lies at the top."""
        stems = {
            entry.name.lower().removesuffix(".ipynb") for entry in entries if ".ipynb" in entry.name.lower()
        }
        return any(map(self.names.is_other, stems))

    def _repository(self, entries: Entries) -> bool:
        inner = [Path(entry.path) for entry in entries if is_folder(entry)]
        return any(self.names.is_repository(each) for each in (self.path, *inner))

    def _is_other(self, entry: os.DirEntry[str]) -> bool:
        """Whether an entry is another topic's hand-in."""
        stem = archive_stem(entry.name)
        if stem is None and not is_folder(entry):
            return False
        return self.names.is_other(stem or entry.name)

    def _without_topic(self, entries: Entries) -> Source | Unread:
        """What is made of a folder in which nothing is named as the topic and no app lies at the top."""
        rest = [entry for entry in entries if not self._is_other(entry)]
        work = [
            entry
            for entry in rest
            if archive_stem(entry.name) or (is_folder(entry) and self.names.holds_work(Path(entry.path)))
        ]
        if work and not self.by_topic:
            return Source(self.student, self.path, self.base, only=tuple(entry.name for entry in rest))
        for entry in rest:
            close = self.names.resembles(archive_stem(entry.name) or entry.name)
            if close == self.names.topic and (is_folder(entry) or entry in work):
                return self._not_understood(
                    f"{shown(entry.name)} in the folder of {self._owner} is not the name of a topic; "
                    f"it resembles {close}",
                    f"Rename it to {close}",
                )
            if close is not None:
                work = [each for each in work if each is not entry]
        if work:
            return self._not_understood(
                f"{_listed(work)} in the folder of {self._owner} names no topic",
                f"Move it into {self._place}",
            )
        return self._nothing(entries)

    def _nothing(self, entries: Entries) -> Unread:
        held = f"the folder holds {_listed(entries)}" if entries else "the folder is empty"
        return self._unread(Status.MISSING, f"Nothing was handed in for {self.names.topic}: {held}.")

    def _not_understood(self, problem: str, remedy: str) -> Unread:
        reason = f"{problem[:1].upper()}{problem[1:]}. {remedy}, then grade again."
        return self._unread(Status.NOT_UNDERSTOOD, reason)

    def _unread(self, status: Status, reason: str) -> Unread:
        return Unread(printable(self.student), f"{printable(self.path.name)}/", status, reason)

    @property
    def _owner(self) -> str:
        return printable(self.student)

    @property
    def _place(self) -> str:
        return f"{printable(self.path.name)}/{self.names.topic}/"


_LISTED = 4


def _listed(entries: Entries) -> str:
    names = ", ".join(shown(entry.name) for entry in entries[:_LISTED])
    return names if len(entries) <= _LISTED else f"{names} and {len(entries) - _LISTED} more"
