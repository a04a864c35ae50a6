"""Decides how one part's report looks on a page: a fragment of HTML in which only we write tags.

The fragment stands in a notebook's output cell and goes through nbconvert and nbgrader. It uses no
script, no style sheet, no link, and only tags that nbconvert's sanitiser keeps: the table is made of
``div`` with roles, since that sanitiser breaks ``table``, and without the inline styles it still reads
from top to bottom. Every text of a submission stands in ``code`` or ``pre``, where MathJax, which those
pages load, does not look for formulas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from autograder.report.escape import clip, tail, visible, visible_line
from autograder.report.focus import decisive, nothing_ran
from autograder.report.listing import listing
from autograder.report.model import CheckReport, PartReport
from autograder.report.trace import last_traceback, own_frames
from autograder.report.words import look, part_title, points, score, tally

__all__ = ["part_html", "part_text"]

_LINES = 20
_TRACEBACK_LINES = 30
_LINE_WIDTH = 600
_NOTES = 20
_LAST_ERROR = "The last error that your app printed"

# Colours of its own, so that it reads the same on a dark page.
_CARD = (
    "background-color:#ffffff;color:#1f2328;border:1px solid #8c959f;border-radius:6px;"
    "padding:0.8em;margin:0.4em 0;line-height:1.5;font-family:system-ui,sans-serif;overflow-wrap:anywhere"
)
_TABLE = "display:table;width:100%;margin:0.6em 0"
_ROW = "display:table-row"
_CELL = "display:table-cell;vertical-align:top;padding:0.4em;border-top:1px solid #d0d7de"
_TIGHT = f"{_CELL};white-space:nowrap"
_PRE = (
    "background-color:#f6f8fa;color:#1f2328;border:0;padding:0.5em;margin:0.1em 0 0.4em 0;"
    "white-space:pre-wrap;overflow-wrap:anywhere;font-family:monospace;font-size:0.9em"
)
_SOURCE = f"{_PRE};background-color:#ffffff;border:1px solid #d0d7de"
# Text of a submission inside a sentence: looks like the sentence, and is no formula.
_QUOTE = (
    "font-family:inherit;font-size:inherit;color:inherit;background-color:transparent;"
    "padding:0;white-space:pre-wrap;overflow-wrap:anywhere"
)


def part_html(
    part: PartReport,
    *,
    notes: Sequence[str] = (),
    source: str | None = None,
    source_name: str = "",
    first_only: bool = False,
) -> str:
    """The report of one part as a self-contained, escaped fragment of HTML.

    Args:
        part: as ``reveal`` left it; what it holds is shown.
        notes: sentences about the hand-in.
        source: text of the learner's file, shown below, highlighted and capped.
        source_name: that file's name.
        first_only: exchanges and hints of the first failing check alone, for who works on it now.
    """
    told = _told_checks(part, first_only=first_only)
    blocks = [_heading(part), *(_quoted(note) for note in _sentences(part, notes)), *_start(part)]
    if part.checks and part.refusal is None:
        rows = "".join(_row(check, told=check in told) for check in part.checks)
        blocks.append(f'<div role="table" style="{_TABLE}">{rows}</div>')
    if source is not None:
        name = visible_line(source_name, 100)
        blocks.append(f'<div style="margin-top:0.6em"><strong><code>{escape(name)}</code></strong></div>')
        blocks.append(f'<pre style="{_SOURCE}">{listing(source, source_name)}</pre>')
    return f'<div class="course-report tex2jax_ignore mathjax_ignore" style="{_CARD}">{"".join(blocks)}</div>'


def part_text(
    part: PartReport,
    *,
    notes: Sequence[str] = (),
    source: str | None = None,
    source_name: str = "",
    first_only: bool = False,
) -> str:
    """The same as plain text, for readers and tools without HTML."""
    shown = look(part)
    lines = [f"{visible_line(part_title(part.name))}: {shown.sign} {shown.word}, {score(part)}"]
    lines += [visible_line(sentence, _LINE_WIDTH) for sentence in _sentences(part, notes)]
    if traceback := _traceback(part):
        lines += [] if nothing_ran(part) else [f"{_LAST_ERROR}:"]
        lines.append(_indented(traceback))
    told = _told_checks(part, first_only=first_only)
    for check in () if part.refusal is not None else part.checks:
        sign = f"{look(check).sign} {look(check).word} {_worth(check)}".rstrip()
        lines.append(f"{sign}: {visible_line(check.sentence)}")
        facts = _facts(check) if check in told else ()
        lines += [_indented(f"{label}: {_shown(text)}") for label, text in facts]
    if source is not None:
        lines += [f"{visible_line(source_name, 100)}:", visible(clip(source, lines=400, width=_LINE_WIDTH))]
    return "\n".join(lines)


def _heading(part: PartReport) -> str:
    count = f" · {tally(part)}" if part.checks and part.max_points and not nothing_ran(part) else ""
    title = escape(visible_line(part_title(part.name), 40))
    return f"<div><strong>{title}</strong> {_told(part)} · {escape(score(part))}{escape(count)}</div>"


def _sentences(part: PartReport, notes: Sequence[str]) -> Iterator[str]:
    """What is said before the checks: why they were not asked, then what was noticed."""
    if part.broken is not None:
        yield part.broken
    if part.refusal is not None:
        yield part.refusal
    elif part.process is not None and not part.process.started:
        yield next((check.message for check in part.checks if check.message), "The app did not start.")
    yield from notes[:_NOTES]


def _start(part: PartReport) -> Iterator[str]:
    traceback = _traceback(part)
    if traceback:
        if not nothing_ran(part):
            yield f"<div>{_LAST_ERROR}:</div>"
        yield f'<pre style="{_PRE}">{escape(traceback)}</pre>'


def _traceback(part: PartReport) -> str:
    """The learner's own traceback: of the start, or else of the last error while the app ran."""
    if part.process is None:
        return ""
    told = own_frames(part.process.traceback)
    if not told and not part.verdict.earns:
        told = last_traceback(part.process.stderr)
    return visible(tail(told, lines=_TRACEBACK_LINES, width=_LINE_WIDTH))


def _told_checks(part: PartReport, *, first_only: bool) -> tuple[CheckReport, ...]:
    """The checks of which more is told than their sentence: none where nothing could be asked."""
    if nothing_ran(part):
        return ()
    first = decisive(part)
    return part.checks if not first_only else () if first is None else (first,)


def _row(check: CheckReport, *, told: bool) -> str:
    sentence = f"<div>{_quoted_in(check.sentence)}</div>"
    facts = "".join(_fact(label, text) for label, text in _facts(check)) if told else ""
    worth = escape(_worth(check))
    return (
        f'<div role="row" style="{_ROW}">'
        f'<div role="cell" style="{_TIGHT}"><strong>{_told(check)}</strong></div>'
        f'<div role="cell" style="{_CELL}">{sentence}{facts}</div>'
        f'<div role="cell" style="{_TIGHT}">{worth}</div></div>'
    )


def _facts(check: CheckReport) -> Iterator[tuple[str, str]]:
    """What is told of a check that did not pass."""
    if check.verdict.earns:
        return
    facts = (("sent", check.sent), ("expected", check.expected), ("got", check.got), ("why", check.message))
    yield from ((label, text) for label, text in facts if text)
    if check.section:
        yield "lesson section", check.section
    if check.hints:
        yield "hint" if len(check.hints) == 1 else "hints", ", ".join(check.hints)


def _fact(label: str, text: str) -> str:
    if label in ("sent", "expected", "got"):
        return f'<div>{label}:</div><pre style="{_PRE}">{escape(_shown(text))}</pre>'
    return f"<div>{label}: {_quoted_in(text)}</div>"


def _told(judged: PartReport | CheckReport) -> str:
    shown = look(judged)
    return f'<span style="color:{shown.colour}">{escape(f"{shown.sign} {shown.word}")}</span>'


def _worth(check: CheckReport) -> str:
    return f"{points(check.points)}/{points(check.max_points)}" if check.max_points else ""


def _quoted(sentence: str) -> str:
    return f'<div style="margin-top:0.4em">{_quoted_in(sentence)}</div>'


def _quoted_in(text: str) -> str:
    return f'<code style="{_QUOTE}">{escape(visible(clip(text, lines=_LINES, width=_LINE_WIDTH)))}</code>'


def _shown(text: str) -> str:
    return visible(clip(text, lines=_LINES, width=_LINE_WIDTH))


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
