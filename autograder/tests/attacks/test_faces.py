"""Hostile hand-ins through the faces: a class for `course grade`, one for nbgrader, its formgrader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.attackrun.attack import Attack, read_attacks
from autograder.attackrun.faces import grade_class, grade_desk
from autograder.attackrun.ground import CANARY, Ground, open_ground
from autograder.attackrun.result import Result
from autograder.attackrun.suite import usual
from autograder.sandbox import Sandbox
from autograder.tests.attacks.attacking import of_face, show
from autograder.tests.nb.nb_server import serving

pytestmark = pytest.mark.slow

Results = dict[str, Result]
ACTING = (
    r"<script>alert|<(?:iframe|object|embed)\b|<(?:img|svg)[^>]*\son\w+="
    r"|(?:src|href)=\W?(?:javascript:|[^>]*evil\.example)"
)


@pytest.fixture(scope="module")
def a_class(walled: Sandbox) -> Iterator[Results]:
    assert walled.walls
    attacks = [each for each in read_attacks() if each.face == "command"]
    with open_ground() as ground:
        yield {each.attack.name: each for each in grade_class(attacks, ground, usual())}


@pytest.fixture(scope="module")
def a_desk(walled: Sandbox) -> Iterator[tuple[Results, Ground]]:
    assert walled.walls
    attacks = [each for each in read_attacks() if each.face == "nbgrader"]
    with open_ground() as ground:
        yield {each.attack.name: each for each in grade_desk(attacks, ground, usual())}, ground


@pytest.mark.parametrize("attack", of_face("command"))
def test_is_held_by_the_command(a_class: Results, attack: Attack) -> None:
    result = a_class[attack.name]
    assert result.held, show(result)


@pytest.mark.parametrize("attack", of_face("nbgrader"))
def test_is_held_by_nbgrader(a_desk: tuple[Results, Ground], attack: Attack) -> None:
    result = a_desk[0][attack.name]
    assert result.held, show(result)


def test_nothing_acts_in_the_formgrader(a_desk: tuple[Results, Ground], tmp_path: Path) -> None:
    results, ground = a_desk
    topic = ground.topic.name
    with serving(ground.home / "grading", tmp_path / "home") as server:
        for student in results:
            page = server.page(f"/formgrader/submissions/{server.notebook(student, topic)}/")
            assert not re.search(CANARY, page)
            assert not re.search(ACTING, page), student
