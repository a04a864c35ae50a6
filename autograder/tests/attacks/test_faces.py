"""Hostile hand-ins through the faces: a class for `course grade`, one for nbgrader, its formgrader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
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
ACTIVE = frozenset({"iframe", "object", "embed", "form", "svg", "base"})


class Acts(HTMLParser):
    """What in a page acts: tags that do, handlers, scripts in the page, addresses elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        for name, value in attrs:
            runs = name in {"src", "href"} and re.match(r"\s*(?:javascript|data):", value or "")
            # A link may lead anywhere; what the page loads by itself may not.
            loads = name == "src" and "evil.example" in (value or "")
            if name.startswith("on") or runs or loads:
                self.found.append(f"{tag} {name}={value}")
        if tag in ACTIVE:
            self.found.append(tag)

    def handle_data(self, data: str) -> None:
        if self._in_script and "alert" in data:
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


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


def test_the_search_finds_what_acts() -> None:
    page = (
        "<p onclick='x'>a</p><script>alert(1)</script><a href='javascript:x'>b</a><form></form>"
        "<img src='//evil.example/seen.png'>&lt;form> <a href='https://evil.example/'>c</a>"
    )
    assert Acts(page).found == [
        "p onclick=x",
        "alert(1)",
        "a href=javascript:x",
        "form",
        "img src=//evil.example/seen.png",
    ]


def test_nothing_acts_in_the_formgrader(a_desk: tuple[Results, Ground], tmp_path: Path) -> None:
    results, ground = a_desk
    topic = ground.topic.name
    with serving(ground.home / "grading", tmp_path / "home") as server:
        pages = {
            student: server.page(f"/formgrader/submissions/{server.notebook(student, topic)}/")
            for student in ("honest", *results)
        }
    own = Acts(pages["honest"]).found
    for student, page in pages.items():
        assert not re.search(CANARY, page)
        assert Acts(page).found == own, student  # what the formgrader's template itself does
