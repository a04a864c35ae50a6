"""How two texts stand side by side: as HTML that stacks whole on a narrow page, and as plain text."""

from __future__ import annotations

import html
import os
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sidebyside.align import Row, align, beside, differing
from sidebyside.paint import hanging, painted, pieces

__all__ = ["STYLE_VARIABLE", "Side", "card", "column_texts", "columns"]

STYLE_VARIABLE = "SIDEBYSIDE_STYLE"
"""Environment variable; ``page`` says that the page brings the style sheet, so that no output repeats it."""

_COPY = (
    "navigator.clipboard.writeText(this.dataset.copy).then("
    "()=&gt;{{this.textContent='Copied';setTimeout(()=&gt;this.textContent='Copy',1500)}})"
).format()


@dataclass(frozen=True, slots=True)
class Side:
    """One of two texts.

    Attributes:
        title: whose it is.
        name: the framework's name, which the colours go by.
        note: a few words beside the title, as HTML.
        plain_note: the same as text.
        lines: the text.
        language: what the lines are written in, by Pygments' name; ``text`` for no colours.
        keep: compare line by line even when the two have little in common.
    """

    title: str
    name: str
    note: str
    plain_note: str
    lines: tuple[str, ...]
    language: str
    keep: bool = False


def card(body: str) -> str:
    """A block of ours, with the style sheet unless the page brings it."""
    style = "" if os.environ.get(STYLE_VARIABLE) == "page" else f"<style>{_style()}</style>"
    return f'<div class="sbs">{style}{body}</div>'


def columns(left: Side, right: Side) -> str:
    """Both sides as HTML, line beside line; what differs is marked by a sign, words and a colour."""
    rows = _rows(left, right)
    marks = [differing(row.left or "", row.right or "") if row.sign == "≠" else ((), ()) for row in rows]
    halves = (
        _column(left, rows, [row.left for row in rows], [m[0] for m in marks]),
        _column(right, rows, [row.right for row in rows], [m[1] for m in marks]),
    )
    css = "sbs-cols" if any(row.compared for row in rows) else "sbs-cols sbs-loose"
    return f'<div class="{css}" style="--rows:{len(rows) + 1}">{"".join(halves)}</div>'


def column_texts(left: Side, right: Side, width: int) -> Iterator[str]:
    """Both sides as lines of text: beside each other where they fit, else one whole after the other."""
    rows = _rows(left, right)
    half = (width - 5) // 2
    heads = (f"{left.title}  {left.plain_note}".rstrip(), f"{right.title}  {right.plain_note}".rstrip())
    if max(map(len, (*heads, *left.lines, *right.lines))) <= half:
        yield f"  {heads[0]:<{half}} │ {heads[1]}"
        for row in rows:
            yield f"{row.sign} {row.left or '':<{half}} │ {row.right or ''}".rstrip()
        return
    for head, lines in ((heads[0], _half(rows, left=True)), (heads[1], _half(rows, left=False))):
        yield head
        for sign, line in lines:
            hang = " " * (2 + hanging(line))
            yield from textwrap.wrap(
                line, width, initial_indent=f"{sign} ", subsequent_indent=hang, drop_whitespace=False
            ) or [""]


def _rows(left: Side, right: Side) -> tuple[Row, ...]:
    """Aligned where the two have something in common; else each as it is, with nothing marked."""
    rows = align(left.lines, right.lines)
    paired = sum(row.left is not None and row.right is not None for row in rows)
    if left.keep and right.keep:
        return rows
    if left.language == right.language and paired * 2 >= max(len(left.lines), len(right.lines)):
        return rows
    return beside(left.lines, right.lines)


def _half(rows: Sequence[Row], *, left: bool) -> list[tuple[str, str]]:
    sides = [(row.sign, row.left if left else row.right) for row in rows]
    return [(sign, line) for sign, line in sides if line is not None]


def _column(
    side: Side,
    rows: Sequence[Row],
    lines: Sequence[str | None],
    marks: Sequence[tuple[tuple[int, int], ...]],
) -> str:
    coloured = iter(pieces(side.lines, side.language))
    head = (
        f'<div class="sbs-head"><span class="sbs-who">{side.title}</span>'
        f'<span class="sbs-note">{side.note}</span>{_button(side)}</div>'
    )
    out = [f'<div class="sbs-col sbs-{side.name}">{head}']
    for row, line, spans in zip(rows, lines, marks, strict=True):
        if line is None:
            css = "sbs-line sbs-gap" if row.compared else "sbs-line sbs-none"
            out.append(f'<div class="{css}" aria-hidden="true"></div>')
            continue
        code = painted(next(coloured), spans)
        words = {" ": "", "≠": "differs: ", "+": f"only in {side.title}: "}[row.sign]
        told = f'<span class="sbs-sr">{words}</span>' if words else ""
        css = "" if row.sign == " " else " sbs-diff"
        out.append(
            f'<div class="sbs-line{css}"><span class="sbs-sign" aria-hidden="true">{row.sign}</span>'
            f'{told}<span class="sbs-code" style="--hang:{hanging(line)}">{code or " "}</span></div>'
        )
    return "".join([*out, "</div>"])


def _button(side: Side) -> str:
    if not side.lines:
        return ""
    text = html.escape("\n".join(side.lines))
    return (
        f'<button class="sbs-copy" type="button" aria-label="Copy {side.title}" '
        f'data-copy="{text}" onclick="{_COPY}">Copy</button>'
    )


@cache
def _style() -> str:
    sheet = files("sidebyside").joinpath("style.css").read_text(encoding="utf-8")
    return " ".join(sheet.split())
