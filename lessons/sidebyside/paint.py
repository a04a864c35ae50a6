"""How code becomes HTML: coloured by its syntax, with the words that differ marked."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token, _TokenType

from sidebyside.align import indent

__all__ = ["Piece", "hanging", "painted", "pieces"]

Piece = tuple[str, str]
"""CSS class and text; the class may be empty."""

_CLASSES = (
    (Comment, "c"),
    (String, "s"),
    (Number, "n"),
    (Name.Decorator, "d"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Tag, "k"),
    (Keyword, "k"),
    (Operator.Word, "k"),
)


def pieces(lines: Sequence[str], language: str) -> list[list[Piece]]:
    """Lex a whole text, so that strings over several lines are right; returns pieces by line."""
    if language == "text":
        return [[("", line)] if line else [] for line in lines]
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    result: list[list[Piece]] = [[]]
    for kind, value in lex("\n".join(lines), lexer):
        for number, part in enumerate(value.split("\n")):
            if number:
                result.append([])
            if part:
                result[-1].append((_css(kind), part))
    result += [[] for _ in range(len(lines) - len(result))]
    return result[: len(lines)]


def painted(line: Sequence[Piece], marks: Sequence[tuple[int, int]] = ()) -> str:
    """One line as HTML; the character spans in ``marks`` stand inside ``<mark>``."""
    out: list[str] = []
    for css, text, marked in _cut(line, marks):
        span = html.escape(text, quote=False)
        if css:
            span = f'<span class="{css}">{span}</span>'
        out.append(f"<mark>{span}</mark>" if marked else span)
    return "".join(out).replace("</mark><mark>", "")


def hanging(line: str) -> int:
    """How far a line's continuation hangs in when it wraps, in characters."""
    return indent(line) + 4


def _cut(line: Sequence[Piece], marks: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str, bool]]:
    start = 0
    for css, text in line:
        end = start + len(text)
        inner = {edge for span in marks for edge in span if start < edge < end}
        cuts = sorted({start, end} | inner)
        for a, b in pairwise(cuts):
            yield css, text[a - start : b - start], any(m0 <= a and b <= m1 for m0, m1 in marks)
        start = end


def _css(kind: _TokenType) -> str:
    if kind in Token.Keyword.Constant:
        return "n"
    return next((css for parent, css in _CLASSES if kind in parent), "")
