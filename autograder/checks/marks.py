"""What an author says about a check: its points, its objective, its hints, what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["assesses", "hint", "needs", "points"]

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


def _mark(name: str, *values: object) -> Callable[[F], F]:
    import pytest  # noqa: PLC0415 - the engine imports this package too, and starts faster without it

    mark: Callable[[F], F] = getattr(pytest.mark, name)(*values)
    return mark
