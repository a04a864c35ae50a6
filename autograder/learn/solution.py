"""Lays a learner's file beside the solution's: equal lines, and lines that differ, on one side or both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from enum import StrEnum

__all__ = ["Pair", "Side", "beside", "unified"]

_CONTEXT = 3


class Side(StrEnum):
    """On which side of a pair a line stands; the sign that is shown for it."""

    SAME = " "
    BOTH = "|"
    YOURS = "<"
    SOLUTION = ">"
    LEFT_OUT = "."


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of each file, or of one; or how many equal ones are left out.

    Attributes:
        side: how the two compare.
        yours: number and text of the learner's line, if there is one.
        solution: likewise.
        count: how many equal lines are left out; 0 elsewhere.
    """

    side: Side
    yours: tuple[int, str] | None = None
    solution: tuple[int, str] | None = None
    count: int = 0


def beside(yours: str, solution: str) -> Iterator[Pair]:
    """The two texts line by line, with three equal lines around each difference."""
    left, right = yours.splitlines(), solution.splitlines()
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield from _equal(left, right, (a, b), c)
            continue
        for at in range(max(b - a, d - c)):
            mine = (a + at + 1, left[a + at]) if a + at < b else None
            theirs = (c + at + 1, right[c + at]) if c + at < d else None
            side = Side.BOTH if mine and theirs else Side.YOURS if mine else Side.SOLUTION
            yield Pair(side, mine, theirs)


def unified(yours: str, solution: str, name: str) -> list[str]:
    """The lines of a unified diff, from the learner's file to the solution's."""
    return list(
        unified_diff(
            yours.splitlines(), solution.splitlines(), f"yours/{name}", f"solution/{name}", lineterm=""
        )
    )


def _equal(left: Sequence[str], right: Sequence[str], span: tuple[int, int], other: int) -> Iterator[Pair]:
    """Equal lines; of a long run only those next to a difference."""
    first, last = span
    head = _CONTEXT if first > 0 else 0
    foot = _CONTEXT if last < len(left) or other + last - first < len(right) else 0
    hidden = last - first - head - foot
    is_long = hidden > 1
    for at in range(first, last):
        if is_long and at == first + head:
            yield Pair(Side.LEFT_OUT, count=hidden)
        if not is_long or not first + head <= at < last - foot:
            there = other + at - first
            yield Pair(Side.SAME, (at + 1, left[at]), (there + 1, right[there]))
