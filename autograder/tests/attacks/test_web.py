"""Hostile HTTP costs the app that speaks it: kinds 34 to 39."""

from __future__ import annotations

import pytest

from autograder.attackrun.attack import Attack
from autograder.attackrun.engine import Engine
from autograder.attackrun.suite import one
from autograder.tests.attacks.attacking import first_of, show


@pytest.mark.parametrize("attack", first_of(range(34, 40)))
def test_is_held(engine: Engine, attack: Attack) -> None:
    result = one(engine, attack)
    assert result.held, show(result)
