"""Decides how one part's report looks on a page: a fragment of HTML in which only we write tags.

The fragment stands in a notebook's output cell and goes through nbconvert, nbgrader's formgrader and
its feedback. It uses no script, no style sheet, no link, and only tags that nbconvert's sanitiser keeps:
the table is made of ``div`` with roles, since that sanitiser breaks ``table``, and without the inline
styles it still reads from top to bottom. Every text of a submission stands in ``code`` or ``pre``, and
all of it in one element of the classes for which MathJax, which those pages load, looks for no formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from autograder.report.escape import visible_line
from autograder.report.focus import nothing_ran
from autograder.report.listing import FILES_MOST, listing, not_shown, shortened
from autograder.report.model import CheckReport, PartReport
from autograder.report.told import PRINTED, facts, sentences, shown, traceback, worth
from autograder.report.words import look, part_title, score, tally

__all__ = ["part_html"]

_NAME_WIDTH = 100
_NAMES = 20
_OTHERS_LINES = 12
"""Of a file of another topic's; enough to recognize it."""
_INLINE_CODE = re.compile(r"`([^`<>\n]+)`")
_BLOCKS = ("sent", "expected", "got", PRINTED)

# Colours of its own, so that it reads the same on a dark page.
_CARD = (
    "background-color:#ffffff;color:#1f2328;border:1px solid #8c959f;border-radius:6px;"
    "padding:0.8em;margin:0.4em 0;line-height:1.5;font-family:system-ui,sans-serif;overflow-wrap:anywhere"
)
_NOTE = "border-left:4px solid #6b4a00;background-color:#fff8e5;padding:0.2em 0.8em;margin:0.5em 0"
# Verdict and points keep their places; the sentence goes below them where the page is narrow.
_TABLE = "margin:0.6em 0;border-top:1px solid #d0d7de;order:1"
# A person who grades enters the score right above this fragment: the work comes before the checks there.
_WORK_FIRST = "display:flex;flex-direction:column"
_ROW = "display:flex;flex-wrap:wrap;gap:0 0.8em;padding:0.4em 0;border-bottom:1px solid #d0d7de"
_VERDICT = "flex:0 0 7em"
_POINTS = "flex:0 0 4em"
_SENTENCE = "flex:1 1 20em"
_FACT = "display:flex;flex-wrap:wrap;gap:0 0.8em;margin-top:0.2em"
_LABEL = "flex:0 0 6.5em;font-weight:600"
_VALUE = "flex:1 1 16em"
_PRE = (
    "background-color:#f6f8fa;color:#1f2328;border:0;border-radius:4px;padding:0.5em 0.7em;"
    "margin:0.1em 0 0.3em 0;white-space:pre-wrap;overflow-wrap:anywhere;font-family:monospace;font-size:0.9em"
)
_SOURCE = f"{_PRE};background-color:#ffffff;border:1px solid #d0d7de;max-height:36em;overflow:auto"
# Text of a submission inside a sentence: looks like the sentence, and is no formula.
_QUOTE = (
    "font-family:inherit;font-size:inherit;color:inherit;background-color:transparent;"
    "padding:0;white-space:pre-wrap;overflow-wrap:anywhere"
)
_CODE = (
    "font-family:monospace;font-size:0.9em;color:inherit;background-color:#f2f4f7;"
    "padding:0.1em 0.3em;border-radius:3px"
)


def part_html(
    part: PartReport,
    *,
    notes: Sequence[str] = (),
    sources: Mapping[str, str] | None = None,
    first_only: bool = False,
) -> str:
    """The report of one part as a self-contained, escaped fragment of HTML.

    Args:
        part: as ``reveal`` left it; what it holds is shown.
        notes: sentences about the hand-in.
        sources: text of the learner's files by name, shown before the checks, highlighted and capped.
        first_only: exchanges and hints of the first failing check alone, for who works on it now.
    """
    blocks = [_heading(part), *(_note(note) for note in sentences(part, notes)), *_start(part)]
    if part.checks and part.refusal is None and part.looks_like is None:
        blocks.append(_table(part, facts(part, first_only=first_only)))
    blocks += _sources(sources or {}, lines=_OTHERS_LINES if part.looks_like else None)
    card = f"{_CARD};{_WORK_FIRST}" if sources else _CARD
    return f'<div class="course-report tex2jax_ignore mathjax_ignore" style="{card}">{"".join(blocks)}</div>'


def _heading(part: PartReport) -> str:
    count = f" · {tally(part)}" if part.checks and part.max_points and not nothing_ran(part) else ""
    title = escape(visible_line(part_title(part.name), 40))
    return f"<div><strong>{title}</strong> {_told(part)} · {escape(score(part))}{escape(count)}</div>"


def _start(part: PartReport) -> Iterator[str]:
    if said := traceback(part):
        yield f'<pre style="{_PRE}">{escape(said)}</pre>'


def _table(part: PartReport, told: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    has_points = any(check.max_points for check in part.checks)
    columns = [(_VERDICT, "Verdict"), (_POINTS, "Points"), (_SENTENCE, "What the app should do")]
    head = "".join(
        f'<div role="columnheader" style="{style}"><strong>{title}</strong></div>'
        for style, title in columns
        if has_points or title != "Points"
    )
    rows = "".join(_row(check, told.get(check.name, ()), has_points=has_points) for check in part.checks)
    return f'<div role="table" style="{_TABLE}"><div role="row" style="{_ROW}">{head}</div>{rows}</div>'


def _row(check: CheckReport, told: Sequence[tuple[str, str]], *, has_points: bool) -> str:
    more = "".join(_fact(label, text) for label, text in told)
    earned = f'<div role="cell" style="{_POINTS}">{escape(worth(check))}</div>' if has_points else ""
    return (
        f'<div role="row" style="{_ROW}">'
        f'<div role="cell" style="{_VERDICT}">{_told(check)}</div>{earned}'
        f'<div role="cell" style="{_SENTENCE}"><div>{_quoted(check.sentence)}</div>{more}</div></div>'
    )


def _fact(label: str, text: str) -> str:
    value = f'<pre style="{_PRE}">{escape(shown(text))}</pre>' if label in _BLOCKS else _quoted(text)
    return (
        f'<div style="{_FACT}"><div style="{_LABEL}">{label}:</div><div style="{_VALUE}">{value}</div></div>'
    )


def _sources(sources: Mapping[str, str], *, lines: int | None) -> Iterator[str]:
    """Each file's listing under its name, of at most so many lines; the names of files that are too many."""
    for name, source in shortened(sources, lines).items():
        whole = sources[name]
        count = whole.count("\n") + (not whole.endswith("\n"))
        size = "1 line" if count == 1 else f"{count} lines"
        yield f'<div style="margin-top:0.8em"><strong>{_name(name)}</strong>, {size}</div>'
        yield f'<pre style="{_SOURCE}">{listing(source, name)}</pre>'
        if missing := not_shown(whole, source):
            yield f"<div>{missing}</div>"
    rest = list(sources)[FILES_MOST:]
    if rest:
        more = f" and {len(rest) - _NAMES} more" if len(rest) > _NAMES else ""
        yield f"<div>Handed in as well: {', '.join(map(_name, rest[:_NAMES]))}{more}.</div>"


def _name(name: str) -> str:
    return f'<code style="{_CODE}">{escape(visible_line(name, _NAME_WIDTH))}</code>'


def _told(judged: PartReport | CheckReport) -> str:
    how = look(judged)
    word = escape(f"{how.sign} {how.word}")
    return f'<strong style="color:{how.colour}">{word}</strong>'


def _note(sentence: str) -> str:
    return f'<div style="{_NOTE}">{_quoted(sentence)}</div>'


def _quoted(text: str) -> str:
    """Text in a sentence's place, with what stands in backticks as code."""
    marked = _INLINE_CODE.sub(rf'<code style="{_CODE}">\1</code>', escape(shown(text)))
    return f'<code style="{_QUOTE}">{marked}</code>'
