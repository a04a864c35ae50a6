"""Decides which folder of a submission counts: the topic's own, where there is one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Self

from autograder.collect.wanted import Wanted

__all__ = ["Scope"]

_EXERCISES = "exercises"
# What a course's repository holds beside the learner's own work; an app in it is nobody's answer.
_NOT_WORK = frozenset(["lessons", "solutions"])
_STARTERS = ".starters"
_HIDDEN = ("autograder", "hidden")
_INIT = "__init__.py"

Parts = tuple[str, ...]
_Rank = tuple[bool, bool, int]


@dataclass(frozen=True, slots=True)
class Scope:
    """The folders of a submission that count; a folder is the tuple of the names on the way to it.

    Attributes:
        wanted: what the topic asks for.
        given: folders of the course's own that never count.
        folders: the topic's own folders; none when the whole submission counts.
        lacking: wanted names that are not in these folders, but right in a folder above them.
        above: every folder above these; a submission may hold thousands of them.
    """

    wanted: Wanted
    given: frozenset[Parts]
    folders: frozenset[Parts]
    lacking: frozenset[str]
    above: frozenset[Parts]

    @classmethod
    def of(cls, paths: Collection[Parts], wanted: Wanted) -> Self:
        """The scope of a submission with files at these paths."""
        given = _given(paths, wanted)
        own = [path for path in paths if not _is_below(path, given)]
        best = _Best()
        for path in own:
            name = _stands_for(path, wanted)
            for rank, folder in _topic_folders(path[:-1], wanted):
                best.note("", rank, folder)
                if name is not None:
                    best.note(name, rank, folder)
        folders = best.folders(wanted.names - {wanted.notebook}) or best.folders({""})
        above = frozenset(folder[:depth] for folder in folders for depth in range(len(folder)))
        scope = cls(wanted, given, folders, frozenset(), above)
        found = {_stands_for(path, wanted) for path in own if scope.holds(path)}
        beside = {_stands_for(path, wanted) for path in own if scope.is_above(path)}
        lacking = frozenset(name for name in beside - found if name is not None)
        return cls(wanted, given, folders, lacking, above)

    def holds(self, path: Parts) -> bool:
        """Whether the file at this path counts."""
        if _is_below(path, self.given):
            return False
        if not self.folders or _is_below(path, self.folders):
            return True
        name = _stands_for(path, self.wanted)
        if name is not None:
            return name in self.lacking and self.is_above(path)
        # An app above the topic's folder may need whatever lies there.
        return not self.lacking <= {self.wanted.notebook}

    def is_above(self, path: Parts) -> bool:
        """Whether a file, or a package by its head, lies right in a folder above the topic's."""
        home = path[:-2] if _is_package(path, self.wanted) else path[:-1]
        return home in self.above


class _Best:
    """By name, the folders of the topic in which a file of that name was found: those of the best rank."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[_Rank, set[Parts]]] = {}

    def note(self, name: str, rank: _Rank, folder: Parts) -> None:
        """Take note of a file; of ranks, the least is the best."""
        before = self._found.get(name)
        if before is None or rank < before[0]:
            self._found[name] = (rank, {folder})
        elif rank == before[0]:
            before[1].add(folder)

    def folders(self, names: Collection[str]) -> frozenset[Parts]:
        """Where the best of these names are."""
        return frozenset(folder for name in names if name in self._found for folder in self._found[name][1])


def _topic_folders(way: Parts, wanted: Wanted) -> Iterator[tuple[_Rank, Parts]]:
    """Every folder on the way that is named like the topic, with its rank."""
    for at, name in enumerate(way):
        if wanted.is_topics(name):
            is_exercise = at > 0 and way[at - 1].casefold() == _EXERCISES
            is_copy = name.casefold() != wanted.topic
            yield (not is_exercise, is_copy, at), way[: at + 1]


def _given(paths: Collection[Parts], wanted: Wanted) -> frozenset[Parts]:
    """Folders of the course's own: a learner's folder ``solutions`` is none of them."""
    folders = {path[:depth] for path in paths for depth in range(1, len(path))}
    course = {folder[:-1] for folder in folders if folder[-1].casefold() == _EXERCISES}
    course |= {
        folder[:-2]
        for folder in folders
        if len(folder) > 1 and folder[-2].casefold() in _NOT_WORK and wanted.is_topics(folder[-1])
    }
    return frozenset(
        folder
        for folder in folders
        if (folder[-1].casefold() in _NOT_WORK and folder[:-1] in course)
        or folder[-1].casefold() == _STARTERS
        or folder[-2:] == _HIDDEN
    )


def _is_below(path: Parts, folders: frozenset[Parts]) -> bool:
    return any(path[:depth] in folders for depth in range(1, len(path)))


def _stands_for(path: Parts, wanted: Wanted) -> str | None:
    """The wanted name that the file stands for, by its own name or as the head of a package."""
    return f"{path[-2]}.py" if _is_package(path, wanted) else wanted.canonical(path[-1])


def _is_package(path: Parts, wanted: Wanted) -> bool:
    return path[-1] == _INIT and len(path) > 1 and path[-2] in wanted.packages
