"""Decides what a reader looks at first: the one thing to fix, and the same check in the other parts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from autograder.report.model import CheckReport, PartReport, Report
from autograder.verdict import Verdict

__all__ = ["Focus", "decisive", "first_to_fix", "judged", "nothing_ran"]

_FIXABLE = (Verdict.FAILED, Verdict.CRASHED, Verdict.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class Focus:
    """One check that fails, and how every part fares that has it.

    Attributes:
        part: the part in which it fails.
        check: the check as it fails there.
        seen: the parts that have a check of this name, with it, in the report's order.
    """

    part: PartReport
    check: CheckReport
    seen: tuple[tuple[PartReport, CheckReport], ...]


def decisive(part: PartReport) -> CheckReport | None:
    """The part's first failing check, the one worth fixing first."""
    return next((check for check in part.checks if check.verdict in _FIXABLE), None)


def nothing_ran(part: PartReport) -> bool:
    """Whether no check could ask anything: the app did not start, or was not accepted."""
    started = part.process is None or part.process.started
    return part.refusal is not None or not started


def judged(part: PartReport) -> bool:
    """Whether the part's checks say something of the learner's app."""
    return part.verdict is not Verdict.BROKEN and not nothing_ran(part) and part.looks_like is None


def first_to_fix(report: Report, untouched: Collection[str] = ()) -> Focus | None:
    """The earliest check that fails in any part whose app ran.

    Args:
        report: of one submission.
        untouched: names of parts that were not begun; they count only where no part was begun.
    """
    begun = [part for part in report.parts if part.name not in untouched]
    ran = [part for part in begun or report.parts if judged(part)]
    failing = [
        (part.checks.index(check), part, check)
        for part in ran
        for check in [decisive(part)]
        if check is not None
    ]
    if not failing:
        return None
    _, first, check = min(failing, key=lambda found: found[0])
    seen = tuple((part, same) for part in ran for same in part.checks if same.name == check.name)
    return Focus(first, check, seen)
