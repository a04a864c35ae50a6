"""Takes in a folder, a file or an archive that lies below a trusted folder."""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import PurePath, PurePosixPath

from autograder.collect.folder import Folder, NotPlain
from autograder.collect.intake import Intake
from autograder.collect.leftovers import MADE_BY_TOOL, is_silent, is_tools
from autograder.collect.listing import Entry, chosen, path_of
from autograder.collect.names import path_problem, shown
from autograder.collect.unpack import is_archive, unpack

__all__ = ["take"]

Way = tuple[str, ...]
"""The names of the folders on the way from the submission's own folder."""


def take(base: Folder, below: PurePath, intake: Intake, only: Collection[str] = ()) -> None:
    """Take in what lies at ``below``.

    Args:
        base: a folder that the caller trusts.
        below: the way from there to the hand-in; no link on it is followed.
        intake: receives files, notes and, when nothing can be taken at all, the refusal.
        only: of a folder, only these names in it; all when empty.
    """
    with ExitStack() as opened:
        folder = base
        try:
            for name in below.parts[:-1]:
                folder = opened.enter_context(folder.folder(name))
            if stat.S_ISDIR(folder.stat(below.name).st_mode):
                _Walk(opened.enter_context(folder.folder(below.name)), intake, frozenset(only)).take()
            else:
                _take_file(folder, below.name, intake)
        except NotPlain as problem:
            intake.refusal = f"Your hand-in {shown(below.name)} could not be taken: {problem}."


def _take_file(folder: Folder, name: str, intake: Intake) -> None:
    if intake.wanted.canonical(name):
        if (most := intake.accepts(name, folder.stat(name).st_size)) is not None:
            intake.add(name, folder.read(name, most))
        return
    data = folder.read(name, intake.caps.archive_bytes)
    if not is_archive(data):
        intake.refusal = (
            f"Your hand-in {shown(name)} is neither a file that the brief names nor a zip or tar archive: "
            "hand in the files, or a zip of them."
        )
    else:
        unpack(data, intake)


class _Walk:
    """Goes through a folder, level by level, so that what lies deep never crowds out what does not."""

    def __init__(self, top: Folder, intake: Intake, only: frozenset[str]) -> None:
        self._top = top
        self._intake = intake
        self._only = only
        self._files: list[tuple[Way, str]] = []
        self._left = intake.caps.listed

    def take(self) -> None:
        """Take in what counts."""
        for entry in chosen(list(self._entries()), self._intake, self._only):
            if (most := self._intake.accepts(entry.raw, entry.size)) is None:
                continue
            way, name = self._files[entry.at]
            try:
                with self._opened(way) as folder:
                    self._intake.changed[PurePosixPath(entry.raw)] = entry.changed
                    self._intake.add(entry.raw, folder.read(name, most))
            except NotPlain as problem:
                self._intake.leave_out(entry.raw, str(problem))

    def _entries(self) -> Iterator[Entry]:
        level: list[Way] = [()]
        while level:
            below: list[Way] = []
            for way in level:
                try:
                    with self._opened(way) as folder:
                        yield from self._folder(folder, way, below)
                except NotPlain as problem:
                    yield self._entry(way[:-1], way[-1], problem=str(problem))
            level = sorted(below, key=lambda way: not any(map(self._intake.wanted.is_topics, way)))

    def _folder(self, folder: Folder, way: Way, below: list[Way]) -> Iterator[Entry]:
        for name in self._names(folder):
            if not way and self._only and name not in self._only:
                continue
            try:
                found = folder.stat(name)
            except NotPlain as problem:
                yield self._entry(way, name, problem=str(problem))
                continue
            if not stat.S_ISDIR(found.st_mode):
                yield self._entry(way, name, size=found.st_size, changed=found.st_mtime_ns)
            elif is_tools(name):
                if not is_silent(f"{name}/x"):
                    yield self._entry(way, name, problem=MADE_BY_TOOL)
            elif why := path_problem(path_of("/".join((*way, name, "x"))), self._intake.caps):
                yield self._entry(way, name, problem=why)
            else:
                below.append((*way, name))

    def _names(self, folder: Folder) -> list[str]:
        names = folder.names(self._left + 1)
        if len(names) > self._left:
            names = sorted({*names[: self._left], *self._wanted(folder)})
            listed = self._intake.caps.listed
            self._intake.notes.add(f"Your hand-in has more than {listed} files; the rest was left out.")
        self._left = max(0, self._left - len(names))
        return names

    def _wanted(self, folder: Folder) -> Iterator[str]:
        """What the topic asks for and is there, however many other entries there are."""
        for name in self._intake.wanted.names | self._intake.wanted.packages:
            with suppress(NotPlain):
                folder.stat(name)
                yield name

    def _entry(
        self, way: Way, name: str, *, size: int = 0, problem: str | None = None, changed: int = 0
    ) -> Entry:
        self._files.append((way, name))
        return Entry(path_of("/".join((*way, name))), len(self._files) - 1, size, problem, changed)

    @contextmanager
    def _opened(self, way: Way) -> Iterator[Folder]:
        with ExitStack() as opened:
            folder = self._top
            for name in way:
                folder = opened.enter_context(folder.folder(name))
            yield folder
