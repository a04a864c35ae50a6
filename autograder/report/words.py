"""The words and signs in which every form of the report says the same thing."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.frameworks import FRAMEWORKS
from autograder.report.model import CheckReport, PartReport, Report
from autograder.verdict import Status, Verdict

__all__ = [
    "NOT_BEGUN",
    "NOT_YOUR_FAULT",
    "Look",
    "look",
    "part_title",
    "points",
    "score",
    "status_look",
    "tally",
    "total",
]

NOT_YOUR_FAULT = "This could not be judged, through no fault of yours."


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict or a status is told: never by colour alone.

    Attributes:
        sign: one character wide.
        plain: the sign where only ASCII can be shown.
        word: what it says.
        style: a colour's name for the terminal.
        colour: for a page, dark enough to be read on white.
    """

    sign: str
    plain: str
    word: str
    style: str
    colour: str


_VERDICTS = {
    Verdict.PASSED: Look("✓", "+", "passed", "green", "#116329"),
    Verdict.FAILED: Look("✗", "x", "failed", "red", "#a40e26"),
    Verdict.CRASHED: Look("!", "!", "crashed", "red", "#a40e26"),
    Verdict.TIMED_OUT: Look("!", "!", "timed out", "red", "#a40e26"),
    Verdict.SKIPPED: Look("–", "-", "not run", "yellow", "#6b4a00"),
    Verdict.AWAITING_PERSON: Look("?", "?", "awaits a person", "cyan", "#0a4d8c"),
    Verdict.BROKEN: Look("#", "#", "not judged", "magenta", "#6e2594"),
}
NOT_BEGUN = Look("·", ".", "not begun", "", "#57606a")
"""How a part is told whose files are as they were handed out."""

_NOTHING_RAN = Look("!", "!", "nothing ran", "red", "#a40e26")
_REFUSED = Look("!", "!", "not accepted", "red", "#a40e26")
_STATUSES = {
    Status.GRADED: Look("✓", "+", "graded", "green", "#116329"),
    Status.AWAITING_PERSON: Look("?", "?", "awaiting", "cyan", "#0a4d8c"),
    Status.BROKEN: Look("#", "#", "broken", "magenta", "#6e2594"),
    Status.REFUSED: Look("!", "!", "refused", "red", "#a40e26"),
    Status.MISSING: Look("–", "-", "missing", "yellow", "#6b4a00"),
    Status.NOT_UNDERSTOOD: Look("¬", "~", "not understood", "magenta", "#6e2594"),
}


def look(judged: PartReport | CheckReport) -> Look:
    """How a part or a check is told; a part that never started is not one that failed."""
    if isinstance(judged, PartReport) and judged.verdict is not Verdict.BROKEN:
        if judged.refusal is not None:
            return _REFUSED
        if judged.process is not None and not judged.process.started:
            return _NOTHING_RAN
    return _VERDICTS[judged.verdict]


def status_look(status: Status) -> Look:
    """How a submission's status is told."""
    return _STATUSES[status]


def part_title(name: str) -> str:
    """A part's name as people write it."""
    framework = FRAMEWORKS.get(name)
    return framework.title if framework else name


def points(value: float) -> str:
    """A number of points, with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def score(part: PartReport) -> str:
    """What a part earned, as ``7 of 10 points``; counted in checks where they are worth no points."""
    if part.verdict is Verdict.BROKEN or (part.verdict is Verdict.AWAITING_PERSON and not part.points):
        return f"no points yet, of {points(part.max_points)}"
    if part.max_points == 0:
        return tally(part)
    return f"{points(part.points)} of {points(part.max_points)} points"


def tally(part: PartReport) -> str:
    """How many of a part's checks pass, in words; empty for a part without checks."""
    passed = sum(check.verdict.earns for check in part.checks)
    if not part.checks:
        return ""
    if passed == len(part.checks):
        return f"all {passed} checks pass" if passed > 1 else "its one check passes"
    return f"{passed} of {len(part.checks)} checks pass"


def total(report: Report) -> str:
    """What a submission earned, all parts together."""
    if report.max_points == 0:
        checks = [check for part in report.parts for check in part.checks]
        return f"{sum(check.verdict.earns for check in checks)} of {len(checks)} checks pass"
    return f"{points(report.points)} of {points(report.max_points)} points"
