"""Decides which entries of a submission are looked at, from their names alone, before any is read."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from autograder.collect.intake import ARCHIVES, Intake
from autograder.collect.leftovers import MADE_BY_TOOL, is_silent, tool_folder
from autograder.collect.names import shown
from autograder.collect.scope import Scope

__all__ = ["Entry", "chosen", "path_of"]

_DEEPEST = 16
_LONGEST = 1024
"""Of an archive's path, which may be 64 kB long; one of this length is left out in any case."""
_FOLDERS = 3
"""So many folders are named in a sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a submission, or a folder that cannot be entered.

    Attributes:
        raw: its path, with slashes.
        at: by which whoever listed it finds it again.
        size: its size, as far as the file system or archive tells.
        problem: why it cannot be taken, as the end of a sentence.
        changed: when it was last changed, in nanoseconds; 0 where that is not known.
    """

    raw: str
    at: int
    size: int = 0
    problem: str | None = None
    changed: int = 0

    @property
    def parts(self) -> tuple[str, ...]:
        """The names on the way to it, and its own.

        Of a deeper way, which is taken from nowhere, only the first names: comparing ways takes time and
        memory that grow with the square of their depth.
        """
        way = self.raw.split("/", _DEEPEST)
        return (*way[:-1], way[-1].rpartition("/")[2])


def path_of(name: str) -> str:
    """A path as an archive or a file system has it, in the form in which it is judged.

    Old tools of Windows write backslashes into archives, and what unpacks those elsewhere makes files with
    backslashes in their names. macOS takes letters and their accents apart, which no source code does.
    """
    name = name[:_LONGEST]
    if "\\" in name and _is_windows_path(name):
        name = name.replace("\\", "/")
    return unicodedata.normalize("NFC", name.removeprefix("./"))


def _is_windows_path(name: str) -> bool:
    """Whether backslashes separate names there; in any other name they stay, and the name is rejected."""
    names = name.replace("\\", "/").rstrip("/").split("/")
    return all((each[:1].isalnum() or each[:1] in {"_", "."}) and each not in {".", ".."} for each in names)


def chosen(entries: Iterable[Entry], intake: Intake, also: Collection[str] = ()) -> list[Entry]:
    """The entries that are looked at: those that the topic asks for first, then the shallow ones.

    A note names what is left out unread. Archives named in ``also`` count beside the
    topic's own folder.
    """
    listed = list(_without_tools(entries))
    scope = Scope.of([entry.parts for entry in listed], intake.wanted)
    archives = {name for name in also if name.lower().endswith(ARCHIVES)}
    kept = [entry for entry in listed if scope.holds(entry.parts) or entry.raw in archives]
    intake.found += [entry.raw for entry in kept if not entry.problem]
    _tell(scope, len(listed) - len(kept), intake)
    for entry in kept:
        if entry.problem:
            intake.leave_out(entry.raw, entry.problem)
    kept = sorted((entry for entry in kept if not entry.problem), key=lambda entry: _rank(entry, intake))
    if len(kept) > intake.caps.seen:
        intake.notes.add(f"Your hand-in has more than {intake.caps.seen} files; the rest was left out.")
    return kept[: intake.caps.seen]


def _without_tools(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries without what tools made; each folder of a tool's is one entry with a problem."""
    told = set()
    for entry in entries:
        folder = tool_folder(entry.raw)
        if folder is None:
            if not is_silent(entry.raw):
                yield entry
        elif folder not in told and not is_silent(f"{folder}/x"):
            told.add(folder)
            yield Entry(folder, entry.at, problem=MADE_BY_TOOL)


def _tell(scope: Scope, dropped: int, intake: Intake) -> None:
    if not dropped:
        return
    rest = "1 other file was left out" if dropped == 1 else f"{dropped} other files were left out"
    if scope.folders:
        folders = [shown(f"{'/'.join(folder)}/") for folder in sorted(scope.folders)[:_FOLDERS]]
        counts = "counts" if len(folders) == 1 else "count"
        intake.notes.add(f"Only {' and '.join(folders)} {counts} for {scope.wanted.topic}: {rest}.")
    else:
        intake.notes.add(f"The course's own folders do not count: {rest}.")


def _rank(entry: Entry, intake: Intake) -> tuple[bool, int, str]:
    parts = entry.parts
    return intake.wanted.canonical(parts[-1]) is None, len(parts), entry.raw
