"""What the desk refuses, in its own words; each version of the API has words of its own for it."""

from __future__ import annotations

from dataclasses import dataclass

from .sky import Target

__all__ = ["NoPlatesError", "NotUpError", "Refusal", "UnknownExposureError", "UnknownTargetError"]


class Refusal(Exception):
    """Something that the desk does not do."""


@dataclass(eq=False)
class UnknownTargetError(Refusal):
    """There is no target of that name."""

    name: str


@dataclass(eq=False)
class UnknownExposureError(Refusal):
    """There is no exposure of that number."""

    number: int


@dataclass(eq=False)
class NotUpError(Refusal):
    """The target is below the horizon."""

    target: Target


@dataclass(eq=False)
class NoPlatesError(Refusal):
    """All plates are used up."""

    plates: int
