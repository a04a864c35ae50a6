"""Forged values and patched libraries earn nothing: kinds 1 to 5 and 12 to 16."""

from __future__ import annotations

import pytest

from autograder.attackrun.attack import Attack
from autograder.attackrun.engine import Engine
from autograder.attackrun.suite import one
from autograder.tests.attacks.attacking import first_of, show


@pytest.mark.parametrize("attack", first_of([*range(1, 6), *range(12, 17)]))
def test_is_held(engine: Engine, attack: Attack) -> None:
    result = one(engine, attack)
    assert result.held, show(result)
