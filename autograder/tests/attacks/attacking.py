"""What the tests of attacks share: which attacks a file tries, and how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from autograder.attackrun.attack import Attack, read_attacks
from autograder.attackrun.result import Result

__all__ = ["first_of", "of_face", "show"]


def first_of(kinds: Iterable[int]) -> list[Any]:
    """Attacks on the engine whose first kind is one of these, as parameters; most of them slow."""
    wanted = set(kinds)
    found = [each for each in read_attacks() if each.kinds[0] in wanted and each.face in {"engine", "tries"}]
    return [pytest.param(each, id=f"{each.kinds[0]:02}_{each.name}", marks=_marks(each)) for each in found]


def _marks(attack: Attack) -> list[pytest.MarkDecorator]:
    marks = [] if attack.fast else [pytest.mark.slow]
    return marks + ([pytest.mark.xfail(reason=attack.hole, strict=True)] if attack.hole else [])


def of_face(face: str) -> list[Any]:
    """Attacks that are handed in through a face, as parameters."""
    return [pytest.param(each, id=each.name) for each in read_attacks() if each.face == face]


def show(result: Result) -> str:
    """For a test that fails."""
    return "\n".join([f"{result.attack.name}: {result.outcome}", *result.faults])
