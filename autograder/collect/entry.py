"""What an entry of a class folder is: a hand-in to collect, or one that is only reported, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.verdict import Status

__all__ = ["Found", "Source", "Unread"]


@dataclass(frozen=True, slots=True)
class Source:
    """One student's hand-in, not yet read.

    Attributes:
        student: the student's id.
        path: a file, folder or archive, or a link, which collect refuses.
        base: the folder above it that was named on the command line and is trusted.
        only: of a folder, only these names; all when empty.
        notes: sentences to student and instructor about what else of theirs was found, and not taken.
    """

    student: str
    path: Path
    base: Path
    only: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """One entry from which nothing is collected.

    Attributes:
        name: how it is reported: the student's id where that is certain, otherwise the entry's name.
        entry: the entry's own name, a folder's with a slash; reported where ``name`` is another's.
        status: ``not_understood``, ``missing``, or ``broken`` where this machine may not read it.
        reason: sentences to the instructor: what is wrong, where, and what to do.
    """

    name: str
    entry: str
    status: Status
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """Every entry of what was looked through, each in one of these.

    Attributes:
        sources: hand-ins, at most one a student, in the order of their ids.
        unread: entries that are reported without being collected.
        ignored: names of files and folders that operating systems and tools leave behind.
    """

    sources: tuple[Source, ...] = ()
    unread: tuple[Unread, ...] = ()
    ignored: tuple[str, ...] = ()
