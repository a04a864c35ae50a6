"""Where a learner's files lie, as they see them: what the names in a report stand for on their machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.report.model import CheckReport, PartReport

__all__ = ["Desk"]

# A report names a learner's own files relative to their folder, and all others by an absolute path.
_OWN_FRAME = re.compile(r'^( *File ")([^"/\\<:][^":<>]*\.py)(", line )([0-9]{1,9})', re.MULTILINE)

_LINE = re.compile(r"\bin line ([0-9]{1,9})\b")


@dataclass(frozen=True, slots=True)
class Desk:
    """A learner's folder, and what they have done in it.

    Attributes:
        folder: the path to it from the working directory, with a separator at its end, or nothing.
        files: the names of each part's files, by the part's name.
        untouched: the parts whose files are as they were handed out.
        missing: the parts of which no file is there.
        is_own: whether these are the learner's own files, about which `course hint` speaks.
    """

    folder: str
    files: Mapping[str, tuple[str, ...]]
    untouched: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    is_own: bool = True

    def of(self, part: PartReport, check: CheckReport) -> str:
        """Where to look for what a check found."""
        if check.file is None:
            return self.place(part, check.error)
        line = _LINE.search(check.message)
        return f"{self.folder}{check.file}{f':{line[1]}' if line else ''}"

    def place(self, part: PartReport, traceback: str = "") -> str:
        """Where to look: ``path:line`` of the traceback's last line, or else the part's first file."""
        if frames := _OWN_FRAME.findall(traceback):
            return f"{self.folder}{frames[-1][1]}:{frames[-1][3]}"
        names = self.files.get(part.name, ())
        return f"{self.folder}{names[0]}" if names else ""

    def located(self, traceback: str) -> str:
        """The traceback with the learner's own files under the paths by which an editor opens them."""
        return _OWN_FRAME.sub(
            lambda found: f"{found[1]}{self.folder}{''.join(found.groups()[1:])}", traceback
        )
