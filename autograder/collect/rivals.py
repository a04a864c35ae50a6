"""Decides which of several hand-ins of one student counts: the newest, if it is clearly newer."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from autograder.collect.caps import CAPS
from autograder.collect.entry import Source
from autograder.collect.folder import Folder
from autograder.collect.intake import Intake
from autograder.collect.names import shown
from autograder.collect.places import unwrapped
from autograder.collect.walk import take
from autograder.collect.wanted import Wanted

__all__ = ["Choice", "choose"]

# What one command writes, such as an unpacked download, is not in order of time.
_CLEARLY_NS = 500_000_000
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


def choose(rivals: Sequence[Source], wanted: Wanted) -> Choice:
    """The newest of them: by an archive's own time, and by the latest of the files in a folder."""
    if len(rivals) == 1:
        return Choice(rivals[0])
    ordered = sorted(rivals, key=_changed, reverse=True)
    newest, *others = ordered
    content = _contents(newest, wanted)
    different = [source for source in others if _contents(source, wanted) != content]
    if not different:
        return Choice(newest)
    names = ", ".join(_name(source, rivals) for source in different)
    if _changed(newest) - _changed(different[0]) < _CLEARLY_NS:
        return Choice(None, f"{_name(newest, rivals)} and {names} differ, and none is clearly newer")
    return Choice(newest, f"{_name(newest, rivals)} was taken, for it is newer; {names} was not.")


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


def _contents(source: Source, wanted: Wanted) -> tuple[str | None, dict[PurePosixPath, bytes]]:
    """What collect would take of it."""
    intake = Intake(wanted, CAPS, keep_archives=True)
    with Folder.trusted(source.base) as base:
        take(base, source.path.relative_to(source.base), intake, source.only)
    return intake.refusal, {**unwrapped(intake.files, wanted), **intake.archives}
