"""Decides what is told of a part beside its verdict, in whatever form: sentences, traceback, facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.report.escape import clip, tail, visible
from autograder.report.focus import decisive, nothing_ran
from autograder.report.model import CheckReport, PartReport
from autograder.report.trace import own_frames
from autograder.report.words import points

__all__ = ["LINE_WIDTH", "PRINTED", "facts", "looks_like", "sentences", "shown", "traceback", "worth"]

PRINTED = "printed"
"""The label of the error that an app printed while it answered."""
LINE_WIDTH = 600

_LINES = 20
_TRACEBACK_LINES = 30
_NOTES = 20


def sentences(part: PartReport, notes: Sequence[str]) -> Iterator[str]:
    """What is said before the checks: why they were not asked, then what was noticed."""
    if part.broken is not None:
        yield part.broken
    if part.refusal is not None:
        yield part.refusal
    elif part.process is not None and not part.process.started:
        yield next((check.message for check in part.checks if check.message), "The app did not start.")
    elif part.looks_like is not None:
        yield looks_like(part.looks_like)
    elif (shared := _shared(part)) and shared != part.broken:
        yield shared
    yield from notes[:_NOTES]


def looks_like(topic: str) -> str:
    """What is said of an app that seems to be for another topic."""
    return f"This looks like a submission for {topic}. Submit the files of this exercise."


def traceback(part: PartReport) -> str:
    """The learner's own traceback of an app that did not start, or what such an app said without one."""
    if part.process is None or part.process.started:
        return ""
    told = own_frames(part.process.traceback)
    told = told if told.strip() else part.process.stderr.strip("\n")
    return visible(tail(told, lines=_TRACEBACK_LINES, width=LINE_WIDTH))


def facts(part: PartReport, *, first_only: bool) -> dict[str, list[tuple[str, str]]]:
    """By a check's name, label and text of what is told beside its sentence; none where nothing ran.

    Args:
        part: whose checks.
        first_only: those of the first failing check alone.
    """
    if nothing_ran(part) or part.looks_like is not None:
        return {}
    first = decisive(part)
    chosen = part.checks if not first_only else () if first is None else (first,)
    shared = _shared(part)
    return {check.name: list(_facts(check, shared)) for check in chosen}


def shown(text: str) -> str:
    """Text of a submission, cut to what can be read."""
    return visible(clip(text, lines=_LINES, width=LINE_WIDTH))


def worth(check: CheckReport) -> str:
    """Points earned of those to be had; empty where there are none."""
    return f"{points(check.points)}/{points(check.max_points)}" if check.max_points else ""


def _shared(part: PartReport) -> str:
    """What every one of several checks says: then it is said once, above them."""
    messages = {check.message for check in part.checks}
    return messages.pop() if len(messages) == 1 and len(part.checks) > 1 else ""


def _facts(check: CheckReport, shared: str) -> Iterator[tuple[str, str]]:
    """What is told of a check that did not pass, but for what is said of all."""
    if check.verdict.earns:
        return
    why = "" if check.message == shared else check.message
    texts = (("why", why), ("sent", check.sent), ("expected", check.expected), ("got", check.got))
    yield from ((label, text) for label, text in texts if text)
    if check.error:
        yield PRINTED, tail(check.error, lines=_LINES - 1, width=LINE_WIDTH)
    if check.section:
        yield "lesson", check.section
    if check.hints:
        yield "hint" if len(check.hints) == 1 else "hints", ", ".join(check.hints)
