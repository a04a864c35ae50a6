"""From verdicts to points: what a part and a submission are worth."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograder.catalog import Part, Topic
from autograder.report.model import CheckReport, PartReport, ProcessReport, Report
from autograder.verdict import Status, Verdict, worst
from autograder.versions import versions

__all__ = ["broken_part", "part_report", "status_of", "unjudged_report"]


def part_report(
    part: Part,
    checks: Sequence[CheckReport],
    *,
    refusal: str | None,
    raised: str | None = None,
    process: ProcessReport | None,
    sandbox: str,
    walls: bool,
) -> PartReport:
    """A part's report from its checks; a broken check breaks the part and earns nothing."""
    verdict = worst(check.verdict for check in checks)
    broken = [check for check in checks if check.verdict is Verdict.BROKEN]
    told = "; ".join(f"{check.name}: {check.message}" for check in broken) or None
    if verdict is Verdict.BROKEN and told is None:
        told = "no check ran"
    return PartReport(
        name=part.name,
        kind=part.kind,
        verdict=verdict,
        points=0.0 if verdict is Verdict.BROKEN else math.fsum(check.points for check in checks),
        max_points=part.points,
        refusal=refusal,
        checks=tuple(checks),
        process=process,
        broken=told,
        raised=raised,
        sandbox=sandbox,
        walls=walls,
    )


def broken_part(part: Part, why: str) -> PartReport:
    """A part that could not be judged through no fault of the student's."""
    return PartReport(
        name=part.name,
        kind=part.kind,
        verdict=Verdict.BROKEN,
        points=0,
        max_points=part.points,
        broken=why,
    )


def status_of(parts: Sequence[PartReport], refusal: str | None) -> Status:
    """Where a submission stands, from its parts."""
    verdicts = {part.verdict for part in parts}
    if Verdict.BROKEN in verdicts or not parts:
        return Status.BROKEN
    if refusal is not None:
        return Status.REFUSED
    if Verdict.AWAITING_PERSON in verdicts:
        return Status.AWAITING_PERSON
    return Status.GRADED


def unjudged_report(topic: Topic, student: str, status: Status, why: str) -> Report:
    """The report of an entry of which nothing was judged: broken, missing or not understood.

    Args:
        topic: whose hand-in was looked for.
        student: the student's id, or the name of the entry.
        status: where it stands.
        why: told by every part when it is broken, and otherwise by the report.
    """
    broken = status is Status.BROKEN
    return Report(
        student=student,
        topic=topic.name,
        status=status,
        points=0,
        max_points=topic.points,
        parts=tuple(broken_part(part, why) for part in topic.part) if broken else (),
        refusal=None if broken else why,
        digest="",
        seed="",
        versions=versions(),
    )
