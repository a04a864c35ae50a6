"""Decides how much of a report its reader is told: hidden inputs stay hidden, our faults stay ours."""

from __future__ import annotations

from autograder.catalog.model import Reveal
from autograder.report.focus import decisive
from autograder.report.model import CheckReport, PartReport, ProcessReport, Report
from autograder.report.words import NOT_YOUR_FAULT
from autograder.verdict import Verdict

__all__ = ["reveal"]


def reveal(report: Report, level: Reveal, *, own_machine: bool = False) -> Report:
    """The report for a learner to read; the seed of the hidden inputs is in none.

    Args:
        report: everything, as the grader made it.
        level: ``all`` keeps every exchange; ``example`` those of each part's first failing check;
            ``sentence`` none: the learner reads which behaviours fail, and why an app did not run.
        own_machine: the reader runs the grader too, and is told what failed on our side.
    """
    parts = tuple(_part(part, level, own_machine=own_machine) for part in report.parts)
    return report.model_copy(update={"parts": parts, "seed": ""})


def _part(part: PartReport, level: Reveal, *, own_machine: bool) -> PartReport:
    first = decisive(part) if level == "example" else None
    checks = tuple(
        _check(check, part, level, told=level == "all" or check is first, own_machine=own_machine)
        for check in part.checks
    )
    broken = part.broken if own_machine or part.broken is None else NOT_YOUR_FAULT
    return part.model_copy(
        update={
            "checks": checks,
            "broken": broken,
            "raised": None,
            "process": _process(part.process, level),
            "seed": None,
        }
    )


def _check(
    check: CheckReport, part: PartReport, level: Reveal, *, told: bool, own_machine: bool
) -> CheckReport:
    if check.verdict is Verdict.BROKEN:
        message = check.message if own_machine else NOT_YOUR_FAULT
        return check.model_copy(update={"message": message, "sent": None, "expected": None, "got": None})
    if level != "all":
        # What an app prints of one request may name those that came before.
        check = check.model_copy(update={"error": ""})
    if told:
        return check
    # Why a check failed can name a hidden value; why nothing ran, or ended, or was refused, cannot.
    keeps = check.verdict is not Verdict.FAILED or _refused(check, part)
    message = check.message if keeps else ""
    return check.model_copy(update={"message": message, "sent": None, "expected": None, "got": None})


def _refused(check: CheckReport, part: PartReport) -> bool:
    return part.refusal is not None and check.message == part.refusal


def _process(process: ProcessReport | None, level: Reveal) -> ProcessReport | None:
    # An app that was asked anything could print every hidden request; before that, there was none.
    if process is None or level == "all" or not process.started:
        return process
    return process.model_copy(update={"traceback": "", "stdout": "", "stderr": ""})
