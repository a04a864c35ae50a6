"""Decides whether a report is what it must be: no point gained, nothing read, nothing that acts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from rich.console import Console

from autograder.attackrun.attack import Attack
from autograder.attackrun.ground import CANARY
from autograder.attackrun.target import Answer
from autograder.catalog.model import Reveal
from autograder.report.html import part_html
from autograder.report.junit import junit
from autograder.report.model import PartReport, Report
from autograder.report.plain import part_text
from autograder.report.reveal import reveal
from autograder.report.terminal import show_report

__all__ = ["acting", "faults_of", "outcome_of"]

_LARGEST = 96 << 10
_LEVELS: tuple[Reveal, ...] = ("sentence", "example")
_LEAK = re.compile(r"leak-[0-9a-f]+")
"""How hand-ins mark a hidden input that they try to carry out to the student."""
_TRIED = re.compile(r"^TRIED (\d+)$", re.MULTILINE)
_REACHED = re.compile(r"^REACHED .*$", re.MULTILINE)
_ACTIVE = re.compile(
    r"<(?:script|img|iframe|svg|link|meta|object|embed|form)\b|(?:href|src)=\W?javascript:", re.IGNORECASE
)


def outcome_of(attack: Attack, answer: Answer) -> str:
    """What came of it, in a few words."""
    if answer.report is None:
        return f"refused: {(answer.error or '').splitlines()[0]}"
    part = _part(attack, answer.report)
    limit = f" at its {part.process.limit} limit" if part.process and part.process.limit else ""
    return f"{part.verdict}{limit}, {part.points:g} of {part.max_points:g}"


def faults_of(attack: Attack, answer: Answer, worth: float) -> Iterator[str]:
    """What of a report is not as it must be.

    Args:
        attack: what was tried.
        answer: what the grader said.
        worth: points of the same app without its hostility.
    """
    if re.search(CANARY, answer.text):
        yield "a secret of the grader's stands in the report"
    if len(answer.text) > _LARGEST:
        yield f"the report has {len(answer.text) >> 10} kB"
    if answer.report is None:
        yield f"there is no report: {answer.error}"
        return
    yield from _judged(attack, answer.report, _part(attack, answer.report), worth)
    if attack.says and attack.says not in answer.text:
        yield f"the report does not say {attack.says!r}"
    yield from _leaks(attack, answer.report)
    yield from _rendered(answer.report)


def acting(text: str, what: str) -> Iterator[str]:
    """What of a text would act on a terminal, or as HTML on a page."""
    odd = next((char for char in text if not char.isprintable() and char != "\n"), None)
    if odd is not None:
        yield f"{what} holds the character {odd!a}"
    if what.startswith("page") and (found := _ACTIVE.search(text)):
        yield f"{what} holds {text[found.start() : found.start() + 40]!a}"


def _part(attack: Attack, report: Report) -> PartReport:
    return next(part for part in report.parts if part.name == attack.part)


def _judged(attack: Attack, report: Report, part: PartReport, worth: float) -> Iterator[str]:
    if report.status is not attack.status:
        broken = "; ".join(each.broken or "" for each in report.parts if each.broken)
        yield f"the status is {report.status}, not {attack.status} {broken}".rstrip()
    if part.verdict not in attack.verdicts:
        yield f"the verdict is {part.verdict}, not {' or '.join(attack.verdicts)}"
    most = worth if attack.most is None else attack.most
    if not attack.least <= part.points <= min(most, worth):
        yield f"it has {part.points:g} points; {attack.least:g} to {min(most, worth):g} are right"
    said = _said(part)
    tried = max(map(int, _TRIED.findall(said)), default=0)
    if tried < attack.tried:
        yield f"it made {tried} attempts, not {attack.tried}: the attack itself does not work"
    yield from _REACHED.findall(said)


def _said(part: PartReport) -> str:
    return f"{part.process.stdout}\n{part.process.stderr}" if part.process else ""


def _leaks(attack: Attack, report: Report) -> Iterator[str]:
    for level in _LEVELS:
        shown = reveal(report, level)
        if level not in attack.told_at and (found := _LEAK.search(shown.model_dump_json())):
            yield f"at the level {level!r} a student reads a hidden input: {found[0]}"
        if shown.seed or any(part.seed for part in shown.parts):
            yield f"at the level {level!r} a student reads the seed"


def _rendered(report: Report) -> Iterator[str]:
    """Every form of the report, held to be harmless."""
    screen = io.StringIO()
    show_report(report, Console(file=screen, width=100, color_system=None))
    yield from acting(screen.getvalue(), "the terminal")
    yield from acting(junit([report]).decode(), "JUnit")
    for part in report.parts:
        page = part_html(part, notes=report.notes, sources={"app.py": _said(part)})
        yield from acting(page, "page")
        yield from acting(part_text(part, notes=report.notes), "the text form")
