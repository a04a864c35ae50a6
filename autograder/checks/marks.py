"""What an author says about a check: its points, its objective, its hints, what it rests on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

__all__ = ["NOTED", "assesses", "hint", "late", "needs", "points"]

NOTED = "__course_marks__"
"""The attribute of a function that holds its marks by name, where pytest does not keep them."""

F = TypeVar("F", bound=Callable[..., object])


def points(value: float) -> Callable[[F], F]:
    """The check is worth ``value`` points, a positive number."""
    return _mark("course_points", value)


def assesses(objective: str) -> Callable[[F], F]:
    """The check assesses the topic's objective of this id."""
    return _mark("course_assesses", objective)


def hint(*ids: str) -> Callable[[F], F]:
    """The hints of these ids, in ``exercises/<topic>/hints.toml``, help with this check."""
    return _mark("course_hint", *ids)


def needs(*checks: str) -> Callable[[F], F]:
    """The check says nothing new while one of these earlier checks fails, and is skipped then."""
    return _mark("course_needs", *checks)


def late() -> Callable[[F], F]:
    """The check may leave a wrong app unusable, or hang with several others: it runs after the others.

    Late checks run in the order in which they were written.
    """
    return _mark("course_late", 1)


def _mark(name: str, *values: object) -> Callable[[F], F]:
    # Where nobody has imported pytest, nobody will look for its marks, and importing it takes its time.
    pytest = sys.modules.get("pytest")
    if pytest is not None:
        mark: Callable[[F], F] = getattr(pytest.mark, name)(*values)
        return mark

    def note(function: F) -> F:
        vars(function).setdefault(NOTED, {}).setdefault(name, values)
        return function

    return note
