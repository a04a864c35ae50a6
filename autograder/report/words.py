"""The words and signs in which every form of the report says the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.frameworks import FRAMEWORKS
from autograder.report.model import CheckReport, PartReport, Report
from autograder.verdict import Status, Verdict

__all__ = [
    "EXAMPLES_ONLY",
    "NOT_BEGUN",
    "NOT_YOUR_FAULT",
    "Look",
    "hidden_told",
    "look",
    "part_title",
    "points",
    "score",
    "status_look",
    "tally",
    "total",
]

EXAMPLES_ONLY = "These are the brief's examples: an app can pass all of them and still be wrong."
"""What a run of the examples cannot show."""

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

_EXAMPLES_PASS = Look("✓", "+", "examples pass", "cyan", "#0a4d8c")
"""How a part is shown whose examples all pass: not as one that is correct."""

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
    """How a part or a check is shown; a part that never started is not one that failed.

    A part that only passed examples is not one that passed.
    """
    if isinstance(judged, PartReport) and judged.verdict is not Verdict.BROKEN:
        if judged.refusal is not None:
            return _REFUSED
        if judged.process is not None and not judged.process.started:
            return _NOTHING_RAN
        if judged.verdict is Verdict.PASSED and judged.judged_by == "examples":
            return _EXAMPLES_PASS
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
        count = len(part.checks)
        return f"{count} of {count}" if look(part) is _EXAMPLES_PASS else tally(part)
    return f"{points(part.points)} of {points(part.max_points)} points"


def tally(part: PartReport) -> str:
    """How many of a part's checks pass, in words; empty for a part without checks."""
    passed = sum(check.verdict.earns for check in part.checks)
    one, many = ("example", "examples") if part.judged_by == "examples" else ("check", "checks")
    if not part.checks:
        return ""
    if passed == len(part.checks):
        return f"all {passed} {many} pass" if passed > 1 else f"its one {one} passes"
    return f"{passed} of {len(part.checks)} {many} pass"


def total(report: Report) -> str:
    """What a submission earned, all parts together."""
    if report.max_points == 0:
        checks = [check for part in report.parts for check in part.checks]
        what = "examples" if any(part.judged_by == "examples" for part in report.parts) else "checks"
        return f"{sum(check.verdict.earns for check in checks)} of {len(checks)} {what} pass"
    return f"{points(report.points)} of {points(report.max_points)} points"


def hidden_told(report: Report) -> str:
    """What judges the parts on submission, of which a run of the examples shows nothing.

    Empty for a report of anything but examples.
    """
    parts = [part for part in report.parts if part.judged_by == "examples"]
    counted = list(_counted(parts))
    if not parts:
        return ""
    if len(counted) < len(parts):
        return "This is not a grade: the hidden checks judge your work when you hand it in."
    return f"When you hand it in, {' and '.join(counted)}."


def _counted(parts: list[PartReport]) -> Iterator[str]:
    """``20 hidden checks judge Flask``, then ``20 judge FastAPI``."""
    for part in parts:
        if part.hidden_checks is not None:
            what = "hidden checks " if part is parts[0] else ""
            yield f"{part.hidden_checks} {what}judge {part_title(part.name)}"
