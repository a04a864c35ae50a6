"""What can go wrong that is not a verdict: every error says what, where and what to do.

CourseError
├── UsageError             the command was called with words that mean nothing here
├── ForeignCourse          another user owns the course, so its code must not run here
├── CatalogError           course.toml or one of the four trees is not as it must be
├── SandboxUnavailable     this machine offers no wall to grade behind
├── ReleaseRefused         a student edition would hold something secret
├── StoreError             a learner's progress cannot be read or kept
└── GradingBroken          our fault: a verdict would not be the student's doing
    └── WallLost           and likely to go well the next time
"""

from __future__ import annotations

import traceback

__all__ = [
    "CatalogError",
    "CourseError",
    "ForeignCourse",
    "GradingBroken",
    "ReleaseRefused",
    "SandboxUnavailable",
    "StoreError",
    "UsageError",
    "WallLost",
    "reason",
]


class CourseError(Exception):
    """Base of all errors that reach a person.

    Args:
        what: what is wrong, as one sentence.
        where: the file, key, command or part of the course that it is wrong in.
        remedy: what the reader can do about it, as one sentence.
    """

    def __init__(self, what: str, *, where: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n  where: {self.where}\n  do:    {self.remedy}"


class UsageError(CourseError):
    """The command line asked for something that does not exist; exit code 2."""


class ForeignCourse(CourseError):
    """Another user owns the course or a file of it; nothing in it was read. Exit code 2."""


class CatalogError(CourseError):
    """course.toml, or a tree that it describes, is wrong; for the course's author."""


class SandboxUnavailable(CourseError):
    """No wall can be had on this machine; grading refuses, for the instructor."""


class ReleaseRefused(CourseError):
    """A student edition would leak; nothing was written."""


class StoreError(CourseError):
    """A learner's progress cannot be read or kept; a verdict is shown all the same."""


class GradingBroken(CourseError):
    """The grader failed, so there is no verdict: never a student's grade."""


class WallLost(GradingBroken):
    """A sandbox ended under a submission, through no doing of the submission's; worth one more try."""


def reason(error: Exception) -> str:
    """Why something is broken, for the instructor: what, where and what to do, whatever was raised."""
    if isinstance(error, CourseError):
        return str(error)
    if isinstance(error, OSError):
        # A full disk, a lost process, no file left to open: the machine's fault.
        return str(
            GradingBroken(
                f"The machine refused: {error.strerror or error}.",
                where=str(error.filename or "this machine"),
                remedy="Mend that (disk space, memory, open files, rights), then run this again.",
            )
        )
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return str(
        GradingBroken(
            f"The grader made a mistake: {type(error).__name__}: {error}",
            where=f"{frame.filename}, line {frame.lineno}",
            remedy="Report this together with the submission; the others are graded.",
        )
    )
