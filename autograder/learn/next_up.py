"""Decides what a learner does next: what was begun and is not passed, or else the first part that is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.catalog import Part, Topic
from autograder.learn.row import Row

__all__ = ["NextUp", "next_up"]


@dataclass(frozen=True, slots=True)
class NextUp:
    """The topic to go on with, and its first part that is not passed."""

    topic: Topic
    part: Part


def next_up(rows: Sequence[Row]) -> NextUp | None:
    """What is next; None when every part of every ready topic is passed.

    Args:
        rows: of the whole course, in its order.
    """
    left = [row for row in rows if not row.is_passed]
    found = next((row for row in left if row.is_begun), left[0] if left else None)
    return NextUp(found.topic, found.part) if found else None
