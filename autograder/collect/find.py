"""Finds the hand-ins that a path on the command line stands for, and whose they are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from autograder.catalog.model import Topic
from autograder.collect.caps import CAPS
from autograder.collect.folder import reading
from autograder.collect.intake import ARCHIVES
from autograder.collect.names import shown, student_problem
from autograder.collect.wanted import Wanted
from autograder.errors import UsageError

__all__ = ["Source", "find_submissions"]

_DEPTH = 3  # folders below a student's folder in which an app is looked for
_ENTRIES = 2_000  # of each of these folders


@dataclass(frozen=True, slots=True)
class Source:
    """One student's hand-in, not yet read.

    Attributes:
        student: the student's id.
        path: a file, folder or archive, or a link, which collect refuses.
        base: the folder above it that was named on the command line and is trusted.
        only: of a folder, only these names; all when empty.
    """

    student: str
    path: Path
    base: Path
    only: tuple[str, ...] = ()


def find_submissions(paths: Sequence[Path], topic: Topic) -> list[Source]:
    """The hand-ins of ``topic`` at these paths.

    A path may be an app's file, a folder that holds one, an archive, a folder of students' folders or
    archives, or nbgrader's ``submitted`` folder with ``<student>/<topic>/`` in it.

    Raises:
        UsageError: there is none, it is not clear which, or two are one student's.
        GradingBroken: this machine could not look there.
    """
    search = _Search(Wanted.of(topic), topic.name)
    found: list[Source] = []
    loose: dict[Path, list[str]] = {}
    for path in paths:
        with reading(path):
            whole = path.resolve()
            if whole.is_file() and search.wanted.canonical(whole.name):
                loose.setdefault(whole.parent, []).append(whole.name)
            else:
                found += search.at(whole)
    for folder, names in loose.items():
        student = folder.parent.name if folder.name == topic.name else folder.name
        found.append(Source(student, folder, folder.parent, tuple(sorted(set(names)))))
    return _distinct(found)


def _distinct(found: list[Source]) -> list[Source]:
    by_student: dict[str, Source] = {}
    for source in found:
        if problem := student_problem(source.student, CAPS):
            raise UsageError(
                f"{shown(source.student)} cannot be a student's id: {problem}.",
                where=str(source.path),
                remedy="Rename the folder or archive to the student's id.",
            )
        other = by_student.setdefault(source.student, source)
        if other != source:
            raise UsageError(
                f"There are two hand-ins of {source.student}.",
                where=f"{other.path} and {source.path}",
                remedy="Name only one of them, or rename one after its student.",
            )
    return [by_student[student] for student in sorted(by_student)]


@dataclass(frozen=True, slots=True)
class _Search:
    wanted: Wanted
    topic: str

    def at(self, path: Path) -> list[Source]:
        """The hand-ins at one path."""
        if path.is_file() and _is_archive(path.name):
            return [Source(_stem(path.name), path, path.parent)]
        if not path.is_dir():
            raise self._nothing(path)
        children = [each for each in _children(path) if not each.name.startswith((".", "__"))]
        own = self._own(path)
        named = [source for child in children if (source := self._by_topic(child, path))]
        # A link alone, which a student may have made, never decides what the layout is.
        by_topic = named if any(not source.path.is_symlink() for source in named) else []
        if own and by_topic:
            raise self._unclear(path, own, by_topic[0])
        if own:
            return [own]
        if by_topic:
            taken = {source.student for source in by_topic}
            for child in children:
                if child.name not in taken and _is_folder(child) and self._holds(Path(child.path), 0):
                    raise self._unclear(path, Source(child.name, Path(child.path), path), by_topic[0])
            return by_topic
        return self._of_students(path, children)

    def _own(self, path: Path) -> Source | None:
        """The folder as one hand-in: it holds a wanted file, or the topic's folder."""
        if self._holds(path, 0):
            return Source(path.parent.name if path.name == self.topic else path.name, path, path.parent)
        inner = path / self.topic
        if inner.is_dir() and not inner.is_symlink():
            return Source(path.name, inner, path)
        return None

    def _by_topic(self, child: os.DirEntry[str], base: Path) -> Source | None:
        """A child of nbgrader's folder: one with a folder or an archive of the topic's name in it."""
        path = Path(child.path)
        names = [self.topic, *(f"{self.topic}{suffix}" for suffix in ARCHIVES)]
        found = next((path / name for name in names if os.path.lexists(path / name)), None)
        if found is None or not child.is_dir():
            return None
        return Source(child.name, path if child.is_symlink() else found, base)

    def _of_students(self, path: Path, children: list[os.DirEntry[str]]) -> list[Source]:
        folders = [child for child in children if _is_folder(child) or child.is_symlink()]
        archives = [
            child for child in children if child.is_file(follow_symlinks=False) and _is_archive(child.name)
        ]
        if not archives and not any(_is_folder(each) and self._holds(Path(each.path)) for each in folders):
            raise self._nothing(path)
        named = [(each.name, each) for each in folders] + [(_stem(each.name), each) for each in archives]
        return [Source(student, Path(each.path), path) for student, each in named]

    def _holds(self, folder: Path, depth: int = _DEPTH) -> bool:
        """Whether there is a wanted file or package in the folder, or up to ``depth`` folders below."""
        inner: list[Path] = []
        for entry in _children(folder, _ENTRIES):
            if _is_folder(entry):
                if entry.name in self.wanted.packages and os.path.lexists(Path(entry.path, "__init__.py")):
                    return True
                inner.append(Path(entry.path))
            elif self.wanted.canonical(entry.name):
                return True
        return depth > 0 and any(self._holds(each, depth - 1) for each in inner)

    def _nothing(self, path: Path) -> UsageError:
        return UsageError(
            f"There is no hand-in of {self.topic} here.",
            where=str(path),
            remedy=f"Name a folder that holds {' or '.join(sorted(self.wanted.files))}, an archive "
            f"({', '.join(ARCHIVES[:3])} ...), a folder of such folders or archives named after students, "
            f"or nbgrader's folder with <student>/{self.topic}/ in it.",
        )

    def _unclear(self, path: Path, one: Source, other: Source) -> UsageError:
        return UsageError(
            f"It is not clear what the hand-ins are here: {shown(one.path.name)} looks like one, "
            f"and so does {shown(PurePosixPath(other.student, other.path.name))}.",
            where=str(path),
            remedy="Name each hand-in on the command line, or lay them all out in the same way.",
        )


def _children(folder: Path, most: int | None = None) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(islice(entries, most), key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVES)


def _stem(name: str) -> str:
    suffix = max((suffix for suffix in ARCHIVES if name.lower().endswith(suffix)), key=len)
    return name[: -len(suffix)]
