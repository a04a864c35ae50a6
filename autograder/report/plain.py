"""Decides how one part's report reads as plain text, beside the page for readers and tools without HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.report.escape import clip, visible, visible_line
from autograder.report.model import PartReport
from autograder.report.told import LINE_WIDTH, facts, sentences, shown, traceback, worth
from autograder.report.words import look, part_title, score

__all__ = ["part_text"]

_NAME_WIDTH = 100
_SOURCE_LINES = 400


def part_text(
    part: PartReport,
    *,
    notes: Sequence[str] = (),
    sources: Mapping[str, str] | None = None,
    first_only: bool = False,
) -> str:
    """The report of one part as text; the arguments are those of ``part_html``."""
    title = look(part)
    lines = [f"{visible_line(part_title(part.name))}: {title.sign} {title.word}, {score(part)}"]
    lines += [visible_line(sentence, LINE_WIDTH) for sentence in sentences(part, notes)]
    if said := traceback(part):
        lines.append(_indented(said))
    told = facts(part, first_only=first_only)
    for check in () if part.refusal is not None or part.looks_like is not None else part.checks:
        sign = f"{look(check).sign} {look(check).word} {worth(check)}".rstrip()
        lines.append(f"{sign}: {visible_line(check.sentence)}")
        lines += [_indented(f"{label}: {shown(text)}") for label, text in told.get(check.name, [])]
    for name, source in (sources or {}).items():
        lines += [
            f"{visible_line(name, _NAME_WIDTH)}:",
            visible(clip(source, lines=_SOURCE_LINES, width=LINE_WIDTH)),
        ]
    return "\n".join(lines)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
