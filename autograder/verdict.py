"""The words for what became of a check, a part or a submission."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

__all__ = ["Status", "Verdict", "worst"]


class Verdict(StrEnum):
    """What became of one check, or of a part as the worst of its checks."""

    PASSED = "passed"
    FAILED = "failed"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"
    AWAITING_PERSON = "awaiting_person"
    BROKEN = "broken"

    @property
    def earns(self) -> bool:
        """Whether a check with this verdict earns its points."""
        return self is Verdict.PASSED


class Status(StrEnum):
    """Where a student's submission of an assignment stands, as the export says it."""

    GRADED = "graded"
    AWAITING_PERSON = "awaiting_person"
    BROKEN = "broken"
    REFUSED = "refused"
    MISSING = "missing"
    NOT_UNDERSTOOD = "not_understood"

    @property
    def has_points(self) -> bool:
        """Whether something was judged or refused, so that points mean something."""
        return self not in {Status.BROKEN, Status.MISSING, Status.NOT_UNDERSTOOD}

    @property
    def needs_instructor(self) -> bool:
        """Whether grading is not done before somebody acted: exit code 3."""
        return self in {Status.BROKEN, Status.NOT_UNDERSTOOD}


_WORST_FIRST = (
    Verdict.BROKEN,
    Verdict.CRASHED,
    Verdict.TIMED_OUT,
    Verdict.FAILED,
    Verdict.SKIPPED,
    Verdict.AWAITING_PERSON,
    Verdict.PASSED,
)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that stands for all of them.

    No verdict at all means that nothing ran, which is our fault and never a pass.
    """
    seen = set(verdicts)
    return next((each for each in _WORST_FIRST if each in seen), Verdict.BROKEN)
