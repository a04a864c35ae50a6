"""Decides which of several submissions of one student counts: the newest that holds a wanted file."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Self

from autograder.collect.caps import CAPS
from autograder.collect.entry import Source
from autograder.collect.names import shown
from autograder.collect.places import unwrapped
from autograder.collect.taken import CLEARLY_NS, held, taken
from autograder.collect.wanted import Wanted
from autograder.submission import TAKEN

__all__ = ["Choice", "choose"]

# Written by nbgrader, at whatever time it collects.
_NOT_THEIRS = frozenset(["timestamp.txt"])


@dataclass(frozen=True, slots=True)
class Choice:
    """Which hand-in counts.

    Attributes:
        source: the one that counts; None when that would be a guess.
        note: a sentence about the others; empty when they hold the same.
    """

    source: Source | None
    note: str = ""


def choose(
    rivals: Sequence[Source], wanted: Wanted, *, first: Source | None = None, home: Path | None = None
) -> Choice:
    """Which of them counts: of those that hold a wanted file the newest.

    An archive is as new as its own time, and a folder as the latest of its files.

    Args:
        rivals: the submissions of one student.
        wanted: what the topic asks for.
        first: the one that comes before any other, however old, where it holds a wanted file.
        home: a folder that holds all of them, from which several count together where no two of them
            hold the same wanted file.
    """
    if len(rivals) == 1:
        return Choice(rivals[0])
    found = [_Rival.of(source, wanted) for source in rivals]
    working = [rival for rival in found if rival.held] or found
    if home is not None and len(working) > 1 and _complement(working):
        choice = Choice(_together(working, home))
    else:
        choice = _decided(working, first, rivals)
    hollow = [rival for rival in found if rival not in working]
    if choice.source is None or not hollow:
        return choice
    counted = _name(choice.source, rivals)
    told = [f"{counted} {TAKEN} {_name(rival.source, rivals)} {rival.lack}." for rival in hollow]
    return Choice(choice.source, " ".join(filter(None, [choice.note, *told])))


@dataclass(frozen=True, slots=True)
class _Rival:
    """One of several submissions.

    Attributes:
        source: where it is.
        content: what collect would take of it.
        held: the wanted files among that.
        changed: when it was last changed, in nanoseconds.
        lack: why it holds no wanted file, as the end of a sentence.
    """

    source: Source
    content: tuple[str | None, dict[PurePosixPath, bytes]]
    held: frozenset[str]
    changed: int
    lack: str

    @classmethod
    def of(cls, source: Source, wanted: Wanted) -> Self:
        """What is known of a submission."""
        intake = taken(source.path, source.base, wanted, CAPS, source.only)
        content = intake.refusal, unwrapped(intake.files, wanted)
        lack = "cannot be opened" if intake.refusal else "holds no file that the brief names"
        return cls(source, content, frozenset() if intake.refusal else held(intake), _changed(source), lack)


def _complement(rivals: Sequence[_Rival]) -> bool:
    """Whether each holds wanted files, and none that another one holds."""
    every = [name for rival in rivals for name in rival.held]
    return all(rival.held for rival in rivals) and len(every) == len(set(every))


def _together(rivals: Sequence[_Rival], home: Path) -> Source:
    names: set[str] = set()
    for rival in rivals:
        names |= {*rival.source.only} or {rival.source.path.relative_to(home).parts[0]}
    return replace(rivals[0].source, path=home, only=tuple(sorted(names)))


def _decided(rivals: Sequence[_Rival], first: Source | None, among: Sequence[Source]) -> Choice:
    """The first, or else the newest, and a note about those that hold something else."""
    best, *others = sorted(
        rivals, key=lambda rival: (rival.source is first, rival.changed, rival.source.path), reverse=True
    )
    different = [rival for rival in others if rival.content != best.content]
    if not different:
        return Choice(best.source)
    name, names = _name(best.source, among), ", ".join(_name(rival.source, among) for rival in different)
    if best.source is first:
        return Choice(best.source, f"{name} {TAKEN} it comes before any other folder; {names} was not.")
    if best.changed - different[0].changed < CLEARLY_NS:
        return Choice(None, f"{name} and {names} differ, and none is clearly newer")
    return Choice(best.source, f"{name} {TAKEN} it is newer; {names} was not.")


def _name(source: Source, rivals: Sequence[Source]) -> str:
    """Where it lies, as far as that tells it from the others."""
    if source.only:
        return ", ".join(shown(name) for name in source.only)
    together = len({rival.base for rival in rivals}) == 1
    return shown(source.path.relative_to(source.base) if together else source.path)


def _changed(source: Source) -> int:
    """When it was last changed, in nanoseconds; no link is followed."""
    found = os.lstat(source.path)
    if not stat.S_ISDIR(found.st_mode):
        return found.st_mtime_ns
    times = (each.st_mtime_ns for each in islice(_files(source.path, 0, source.only), CAPS.seen))
    return max(times, default=found.st_mtime_ns)


def _files(folder: Path, depth: int, only: Collection[str] = ()) -> Iterator[os.stat_result]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if only and entry.name not in only:
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < CAPS.depth:
                    yield from _files(Path(entry.path), depth + 1)
            elif entry.name not in _NOT_THEIRS:
                yield entry.stat(follow_symlinks=False)
