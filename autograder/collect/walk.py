"""Takes in a folder, a file or an archive that lies below a trusted folder."""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from contextlib import ExitStack, suppress
from pathlib import PurePath

from autograder.collect.folder import Folder, NotPlain
from autograder.collect.intake import Intake
from autograder.collect.names import shown
from autograder.collect.unpack import is_archive, unpack

__all__ = ["take"]


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
                _Walk(intake, frozenset(only)).folder(opened.enter_context(folder.folder(below.name)), "")
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
    """Goes through a folder, a level at a time, so that what lies deep never crowds out what does not."""

    def __init__(self, intake: Intake, only: frozenset[str]) -> None:
        self._intake = intake
        self._only = only
        self._seen = 0

    def folder(self, folder: Folder, prefix: str) -> None:
        most = self._intake.caps.seen - self._seen
        names = folder.names(most + 1)
        if len(names) > most:
            names = sorted({*names[:most], *self._wanted(folder)})
            seen = self._intake.caps.seen
            self._intake.notes.add(f"Your hand-in has more than {seen} files; the rest was left out.")
        self._seen += len(names)
        if not prefix and self._only:
            names = [name for name in names if name in self._only]
        for name in [name for name in names if not self._take(folder, prefix, name)]:
            try:
                with folder.folder(name) as inner:
                    self.folder(inner, f"{prefix}{name}/")
            except NotPlain as problem:
                self._intake.leave_out(prefix + name, str(problem))

    def _wanted(self, folder: Folder) -> Iterator[str]:
        """What the topic asks for and is there, however many other entries there are."""
        for name in self._intake.wanted.names | self._intake.wanted.packages:
            with suppress(NotPlain):
                folder.stat(name)
                yield name

    def _take(self, folder: Folder, prefix: str, name: str) -> bool:
        """Take one entry; false when it is a folder to be looked into."""
        raw = prefix + name
        try:
            found = folder.stat(name)
            if stat.S_ISDIR(found.st_mode):
                return not self._intake.enters(raw)
            if (most := self._intake.accepts(raw, found.st_size)) is not None:
                self._intake.add(raw, folder.read(name, most))
        except NotPlain as problem:
            self._intake.leave_out(raw, str(problem))
        return True
