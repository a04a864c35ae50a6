"""Which line of one text stands beside which of the other, and which words of them differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

__all__ = ["Row", "align", "beside", "differing", "indent"]

_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)
_ASYNC = re.compile(r"\b(async|await)\s+")
_ALIKE = 0.5
"""Lines less alike than this are no counterparts: each stands alone."""

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Two lines side by side; None where one side has no counterpart."""

    left: str | None
    right: str | None
    compared: bool = True

    @property
    def sign(self) -> str:
        """`` `` the same, ``≠`` counterparts that differ, ``+`` without a counterpart."""
        if not self.compared:
            return " "
        if self.left is None or self.right is None:
            return "+"
        return " " if self.left == self.right else "≠"


def align(left: Sequence[str], right: Sequence[str]) -> tuple[Row, ...]:
    """Put two texts side by side so that as much as possible of what is alike stands in one row."""
    gain = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    likeness = [[_likeness(a, b) for b in right] for a in left]
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            gain[i][j] = max(gain[i + 1][j], gain[i][j + 1], gain[i + 1][j + 1] + likeness[i][j])
    rows: list[Row] = []
    i = j = 0
    while i < len(left) and j < len(right):
        if likeness[i][j] > 0 and gain[i][j] == gain[i + 1][j + 1] + likeness[i][j]:
            rows.append(Row(left[i], right[j]))
            i, j = i + 1, j + 1
        elif gain[i][j] == gain[i + 1][j]:
            rows.append(Row(left[i], None))
            i += 1
        else:
            rows.append(Row(None, right[j]))
            j += 1
    rows += [Row(line, None) for line in left[i:]]
    rows += [Row(None, line) for line in right[j:]]
    return tuple(rows)


def beside(left: Sequence[str], right: Sequence[str]) -> tuple[Row, ...]:
    """Put two texts that have nothing in common beside each other, without comparing them."""
    return tuple(Row(a, b, compared=False) for a, b in zip_longest(left, right))


def differing(left: str, right: str) -> tuple[Spans, Spans]:
    """Where two counterparts differ: character spans of the left line, and of the right.

    How far a line is indented is seen without a mark.
    """
    a, b = _WORD.findall(left.lstrip()), _WORD.findall(right.lstrip())
    ends_a, ends_b = _ends(a, indent(left)), _ends(b, indent(right))
    spans_a: list[tuple[int, int]] = []
    spans_b: list[tuple[int, int]] = []
    for kind, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind != "equal":
            if a1 > a0:
                spans_a.append((ends_a[a0], ends_a[a1]))
            if b1 > b0:
                spans_b.append((ends_b[b0], ends_b[b1]))
    return tuple(spans_a), tuple(spans_b)


def _likeness(a: str, b: str) -> float:
    """Above all else for equal lines; lines that begin with the same word are alike, `async` aside."""
    if a == b:
        return 2.0 if a.strip() else 0.6
    first, second = (_ASYNC.sub("", each.strip()) for each in (a, b))
    if not first or not second:
        return 0.0
    ratio = SequenceMatcher(None, first, second, autojunk=False).ratio()
    words = _WORD.match(first), _WORD.match(second)
    if words[0] and words[1] and words[0][0] == words[1][0] and words[0][0].isidentifier():
        ratio += 0.5
    return ratio if ratio >= _ALIKE else 0.0


def indent(line: str) -> int:
    """How many characters of white space the line begins with."""
    return len(line) - len(line.lstrip())


def _ends(words: Sequence[str], start: int) -> list[int]:
    ends = [start]
    for word in words:
        ends.append(ends[-1] + len(word))
    return ends
