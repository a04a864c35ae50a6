"""Whoever stops, stalls or never starts loses those points alone: kinds 6 to 11."""

from __future__ import annotations

import pytest

from autograder.attackrun.attack import Attack
from autograder.attackrun.engine import Engine
from autograder.attackrun.suite import one
from autograder.tests.attacks.attacking import first_of, show


@pytest.mark.parametrize("attack", first_of(range(6, 12)))
def test_is_held(engine: Engine, attack: Attack) -> None:
    result = one(engine, attack)
    assert result.held, show(result)
