"""Finds the hand-ins that paths on the command line stand for, and whose they are."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.catalog.model import Topic
from autograder.collect.course_names import CourseNames, archive_stem, children, is_dropping, is_folder
from autograder.collect.entries import class_entries, merged
from autograder.collect.entry import Found, Source, Unread
from autograder.collect.folder import reading
from autograder.collect.intake import ARCHIVES
from autograder.collect.names import printable, shown, student_id, student_problem
from autograder.collect.student import StudentFolder
from autograder.errors import GradingBroken, UsageError
from autograder.frameworks import FRAMEWORKS
from autograder.verdict import Status

__all__ = ["find_submissions"]

# Folders in which one person keeps more than one version of their work, or its pieces.
_OF_ONE_PERSON = frozenset(
    [
        *(
            "old",
            "older",
            "backup",
            "backups",
            "bak",
            "archive",
            "previous",
            "draft",
            "drafts",
            "new",
            "final",
        ),
        *("src", "source", "app", "apps", "code", "work", "lib", "test", "tests", "templates", "static"),
        *("starter", "starters", "solution", "solutions", "exercise", "exercises", "lesson", "lessons"),
        "autograder",
        *FRAMEWORKS,
    ]
)


def find_submissions(paths: Sequence[Path], topic: Topic, topics: Collection[str] = ()) -> Found:
    """The hand-ins of ``topic`` at these paths, and every entry there that is none.

    A path is an app's file, an archive, a folder that is one hand-in, or a class: a folder of students'
    folders and archives, each laid out in a way of its own.

    Args:
        paths: as named on the command line; links among them are followed.
        topic: whose hand-ins.
        topics: the names of all the course's topics.

    Raises:
        UsageError: a path does not exist, or there is nothing at the only one.
        GradingBroken: this machine could not look there.
    """
    search = _Search(CourseNames.of(topic, topics), several=len(paths) > 1)
    for path in paths:
        search.look(path)
    with reading(paths[0]):
        return search.found()


@dataclass(slots=True)
class _Search:
    """What was found so far, path by path."""

    names: CourseNames
    several: bool
    sources: list[Source] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    loose: dict[Path, set[str]] = field(default_factory=dict)

    def found(self) -> Found:
        """Everything, each student once."""
        for folder, files in self.loose.items():
            self._add(Source(self._student(folder), folder, folder.parent, tuple(sorted(files))))
        return merged(self.sources, self.unread, self.names, ignored=self.ignored)

    def look(self, path: Path) -> None:
        """Look at one path; where there are others, one that cannot be read does not stop them."""
        try:
            with reading(path):
                self.at(path.resolve())
        except GradingBroken as error:
            if not self.several:
                raise
            self.unread.append(Unread(printable(path.name), printable(str(path)), Status.BROKEN, str(error)))

    def at(self, path: Path) -> None:
        """Take what is at one path, which is followed if it is a link."""
        if path.is_dir():
            self._folder(path)
        elif not path.is_file():
            raise self._nothing(path)
        elif self.names.wanted.canonical(path.name):
            self.loose.setdefault(path.parent, set()).add(path.name)
        elif (stem := archive_stem(path.name)) is not None:
            whose = path.parent if self.names.is_topic(stem) else Path(stem)
            self._add(Source(student_id(whose.name), path, path.parent))
        elif is_dropping(path.name) and self.several:
            self.ignored.append(printable(path.name))
        elif self.several:
            self._aside(path, f"{shown(path.name)} is neither an app nor an archive. Name only hand-ins")
        else:
            raise self._nothing(path)

    def _folder(self, path: Path) -> None:
        entries = children(path)
        if not entries and not self.several:
            raise self._nothing(path)
        if self.several and is_dropping(path.name):
            self.ignored.append(printable(path.name))
        elif self._is_one(path, entries):
            self._one(path)
        elif (path / self.names.topic).is_dir() and not self._of_others(entries):
            self._class(path / self.names.topic)  # <topic>/<student>/
            for entry in entries:
                if entry.name != self.names.topic:
                    self._beside(entry)
        else:
            self._class(path)

    def _beside(self, entry: os.DirEntry[str]) -> None:
        """An entry beside the topic's folder in a class that is laid out by topics."""
        if self.names.is_other(archive_stem(entry.name) or entry.name):
            self.ignored.append(printable(entry.name))
        else:
            where = shown(self.names.topic)
            self._aside(
                Path(entry.path), f"{shown(entry.name)} lies beside {where}. Move it into that folder"
            )

    def _one(self, path: Path) -> None:
        student = self._student(path)
        found = StudentFolder(student, path, path.parent, self.names, by_topic=False).hand_in()
        if isinstance(found, Unread):
            self.unread.append(found)
        else:
            self._add(found)

    def _class(self, path: Path) -> None:
        found = class_entries(path, self.names)
        self.sources += found.sources
        self.unread += found.unread
        self.ignored += found.ignored

    def _student(self, folder: Path) -> str:
        """Whose a folder is: its own name, or that of the folder above one that is named as the topic."""
        name = folder.parent.name if self.names.is_topic(folder.name) else folder.name
        return student_id(name)

    def _add(self, source: Source) -> None:
        if problem := student_problem(source.student):
            name = shown(source.student)
            self._aside(source.path, f"{name} cannot be a student's id: {problem}. Rename it to the id")
        else:
            self.sources.append(source)

    def _aside(self, path: Path, problem: str) -> None:
        name = printable(path.name)
        reason = f"{problem}, then grade again."
        self.unread.append(Unread(name, printable(str(path)), Status.NOT_UNDERSTOOD, reason))

    def _is_one(self, path: Path, entries: Sequence[os.DirEntry[str]]) -> bool:
        """Whether a folder is one hand-in, and not a class of them."""
        if self.names.is_repository(path):
            # One folder of work beside the course's own trees may be an old attempt; more are a class.
            return len(self._of_others(entries)) <= self.names.is_course(path)
        apps = [entry for entry in entries if self.names.is_app(entry)]
        others = self._of_others(entries)
        if apps:
            return not others or self._completes(apps, others)
        named = [entry for entry in entries if self.names.is_topic(archive_stem(entry.name) or entry.name)]
        if any(map(is_folder, named)) or (named and not self._with_work(entries, named)):
            return not others and not self._is_class(Path(named[0].path))
        work = self._with_work(entries, [])
        if work and not others:
            return True
        in_nbgraders = self.names.is_topic(path.name) and path.parent.parent.name == "submitted"
        return (self.several or in_nbgraders) and len(work) <= 1

    def _with_work(
        self, entries: Sequence[os.DirEntry[str]], named: Sequence[os.DirEntry[str]]
    ) -> list[os.DirEntry[str]]:
        """Folders with an app, and archives."""
        return [entry for entry in entries if entry not in named and self._holds(entry)]

    def _of_others(self, entries: Sequence[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        """Those of them that are named as neither a topic nor what one person keeps."""
        return [
            entry
            for entry in entries
            if not self.names.is_app(entry)
            and not self._is_topical(archive_stem(entry.name) or entry.name)
            and self._holds(entry)
        ]

    def _is_topical(self, name: str) -> bool:
        own = name.casefold() in _OF_ONE_PERSON or name.startswith("__")
        return own or self.names.is_topic(name) or self.names.is_other(name)

    def _holds(self, entry: os.DirEntry[str]) -> bool:
        if is_folder(entry):
            try:
                return self.names.holds_work(Path(entry.path))
            except PermissionError:
                return True  # as far as this user can say
        return archive_stem(entry.name) is not None and entry.is_file(follow_symlinks=False)

    def _completes(self, apps: Sequence[os.DirEntry[str]], others: Sequence[os.DirEntry[str]]) -> bool:
        """Whether one folder holds exactly the apps that are missing beside it."""
        if len(others) > 1 or not is_folder(others[0]):
            return False
        mine, theirs = self._apps(apps), self._apps(children(Path(others[0].path)))
        return bool(theirs) and mine.isdisjoint(theirs)

    def _apps(self, entries: Sequence[os.DirEntry[str]]) -> set[str | None]:
        return {self.names.wanted.canonical(entry.name) for entry in entries if self.names.is_app(entry)}

    def _is_class(self, folder: Path) -> bool:
        """Whether a folder that is named as the topic holds students' folders instead of apps."""
        if not folder.is_dir() or folder.is_symlink():
            return False
        entries = children(folder)
        return not any(map(self.names.is_app, entries)) and len(self._of_others(entries)) > 1

    def _nothing(self, path: Path) -> UsageError:
        wanted = " or ".join(sorted(self.names.wanted.files))
        return UsageError(
            f"There is no hand-in of {self.names.topic} here.",
            where=str(path),
            remedy=f"Name a folder that holds {wanted}, an archive "
            f"({', '.join(ARCHIVES[:3])} ...), a folder of such folders or archives named after students, "
            f"or nbgrader's folder with <student>/{self.names.topic}/ in it.",
        )
