"""Checks that are called as they stand, and those that pytest runs: the same findings either way."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest

from autograder.checks.message import Order
from autograder.checks.plain import plain
from autograder.checks.plugin import Checks
from autograder.checks.runner import CheckRunner
from autograder.sandbox.job import Address
from autograder.verdict import Verdict

OURS = {"api", "apps", "draw", "findings"}
HEAD = "import pytest\nfrom autograder.checks import Api, Draw, expect, points\n\n\n"
ROOT = Path(__file__).parents[3]


class Nobody:
    """No app: these checks send nothing."""

    def __init__(self) -> None:
        self.left: dict[str, bytes] = {}

    def restart(self, environment: object = None) -> bool:
        return environment is None


def written(folder: Path, body: str) -> Path:
    path = folder / "test_contract.py"
    path.write_text(HEAD + body)
    return path


def is_plain(path: Path) -> dict[str, bool]:
    """Of each check in the file, whether it is called as it stands."""
    found: dict[str, bool] = {}

    def look(checks: Checks) -> None:
        found.update({item.name: plain(item, OURS) is not None for item in checks._items})

    words = [
        "-p",
        "no:terminal",
        "--noconftest",
        "-c",
        "/dev/null",
        "--import-mode=importlib",
        f"--rootdir={path.parent}",
    ]
    before = set(sys.modules)
    pytest.main([*words, str(path)], plugins=[Checks(look, graded=True)])
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) == str(path):
            del sys.modules[name]  # the next file has the same name
    return found


def verdicts(path: Path) -> dict[str, tuple[Verdict, str]]:
    order = Order(
        addresses=(Address(port=1),), seed="1", wall_s=30, request_wall_s=1, response_bytes=1000, hang_limit=2
    )
    with CheckRunner([path]) as runner:
        found = runner.run(order, Nobody(), give_up=lambda: None)
    return {each.name: (each.verdict, each.message) for each in found}


def check(name: str, takes: str, body: str, before: str = "", word: str = "def") -> str:
    return (
        f'@points(1)\n{before}{word} {name}({takes}) -> None:\n    """It does its thing."""\n    {body}\n\n\n'
    )


ODD = [
    pytest.param("@pytest.fixture\ndef word():\n    return 'x'\n\n\n", "word", "", "def", id="own fixture"),
    pytest.param(
        "@pytest.fixture\ndef draw():\n    return 'x'\n\n\n", "draw", "", "def", id="draw of its own"
    ),
    pytest.param(
        "@pytest.fixture(autouse=True)\ndef word():\n    pass\n\n\n", "api", "", "def", id="autouse"
    ),
    pytest.param("def setup_function(_):\n    pass\n\n\n", "api", "", "def", id="setup function"),
    pytest.param("", "request", "", "def", id="request"),
    pytest.param("", "api, draw=None", "", "def", id="default"),
    pytest.param("", "api", "@pytest.mark.filterwarnings('error')\n", "def", id="mark"),
    pytest.param("", "number", "@pytest.mark.parametrize('number', [1])\n", "def", id="parameters"),
    pytest.param("", "api", "", "async def", id="async"),
]


@pytest.mark.parametrize(("before", "takes", "mark", "word"), ODD)
def test_what_needs_pytest_is_left_to_it(
    tmp_path: Path, before: str, takes: str, mark: str, word: str
) -> None:
    path = written(tmp_path, before + check("test_1", takes, "pass", mark, word))
    assert set(is_plain(path).values()) == {False}


@pytest.mark.parametrize("takes", ["", "api: Api", "api: Api, draw: Draw", "apps, draw, api"])
def test_a_function_that_takes_only_ours_is_called_as_it_stands(tmp_path: Path, takes: str) -> None:
    assert is_plain(written(tmp_path, check("test_1", takes, "pass"))) == {"test_1": True}


def test_the_courses_own_checks_are_called_as_they_stand() -> None:
    for path in sorted((ROOT / "autograder/hidden/routing").glob("test_*.py")):
        assert set(is_plain(path).values()) == {True}


def test_both_ways_find_the_same(tmp_path: Path) -> None:
    bodies = [
        "pass",
        "expect(False, 'No.')",
        "expect(False, str(draw.random()))",
        "1 / 0",
        "raise SystemExit",
    ]
    own = "@pytest.fixture\ndef own():\n    yield 'x'\n\n\n"
    both = [
        check(f"test_{number}_{kind}", f"draw{', own' * (kind == 'b')}", body)
        for number, body in enumerate(bodies)
        for kind in "ab"
    ]
    path = written(tmp_path, own + "".join(both))
    assert sorted(is_plain(path).values()) == [False] * 5 + [True] * 5
    found = verdicts(path)
    for number in (0, 1, 3, 4):
        assert found[f"test_{number}_a"] == found[f"test_{number}_b"]
    assert found["test_2_a"][1] != found["test_2_b"][1]  # each check draws for itself
    assert [found[f"test_{number}_a"][0] for number in range(5)] == [
        Verdict.PASSED,
        Verdict.FAILED,
        Verdict.FAILED,
        Verdict.BROKEN,
        Verdict.BROKEN,
    ]


def test_a_fixture_of_the_author_is_torn_down_when_its_check_fails(tmp_path: Path) -> None:
    own = "LEFT = []\n\n\n@pytest.fixture\ndef own():\n    yield\n    LEFT.append(1)\n\n\n"
    body = (
        own
        + check("test_1", "own", "expect(False, 'No.')")
        + check("test_2", "", "expect(LEFT == [1], 'Up.')")
    )
    assert [verdict for verdict, _ in verdicts(written(tmp_path, body)).values()] == [
        Verdict.FAILED,
        Verdict.PASSED,
    ]


def test_what_the_runs_cost_is_counted_as_ours(tmp_path: Path) -> None:
    burn = "import time\n    while time.process_time() < 0.2: pass"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    path = written(tmp_path, check("test_1", "", burn))
    order = Order(
        addresses=(Address(port=1),), seed="1", wall_s=30, request_wall_s=1, response_bytes=1000, hang_limit=2
    )
    with CheckRunner([path]) as runner:
        for _ in range(3):
            runner.run(order, Nobody(), give_up=lambda: None)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # The last of them may still be ending when the process of the checks is told to.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime > 2 * 0.2
