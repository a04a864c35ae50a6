"""Secrets stay where they are, and so does what a hand-in brings: kinds 40 to 49."""

from __future__ import annotations

import pytest

from autograder.attackrun.attack import Attack
from autograder.attackrun.engine import Engine
from autograder.attackrun.suite import one
from autograder.tests.attacks.attacking import first_of, show


@pytest.mark.parametrize("attack", first_of(range(40, 50)))
def test_is_held(engine: Engine, attack: Attack) -> None:
    result = one(engine, attack)
    assert result.held, show(result)
