"""Checks that are collected without pytest: only those of which that makes no difference."""

from __future__ import annotations

from pathlib import Path

import pytest

import autograder
from autograder.catalog import load
from autograder.checks.holder import CheckHolder
from autograder.checks.message import CheckInfo, Order
from autograder.checks.runner import CheckRunner
from autograder.sandbox.job import Address
from autograder.tests.checks.test_plain import ODD, Nobody, check
from autograder.verdict import Verdict

COURSE = Path(autograder.__file__).parents[1]
HEAD = "from autograder.checks import Api, Draw, expect, hint, needs, points\n\n\n"


def written(folder: Path, body: str, head: str = HEAD) -> Path:
    path = folder / "test_contract.py"
    path.write_text(head + body, "utf-8")
    return path


def collected(*files: Path, graded: bool = True) -> tuple[tuple[CheckInfo, ...], bool]:
    """What is collected, and whether without pytest; never another thing than pytest collects."""
    with CheckHolder(files, graded=graded) as usual, CheckHolder(files, graded=graded, light=True) as holder:
        assert holder.infos == usual.infos
        assert not usual.is_light
        return holder.infos, holder.is_light


def course_files() -> list[pytest.ParameterSet]:
    catalog = load(COURSE)
    found = [
        pytest.param(places.hidden_checks(part.framework), True, id=f"{topic.name}-{part.name}")
        for topic in catalog.ready
        for part in topic.part
        if part.served
        for places in [catalog.places(topic.name)]
    ]
    examples = [catalog.places(topic.name).examples for topic in catalog.ready]
    return found + [
        pytest.param((path,), False, id=str(path.parent.name)) for path in examples if path.is_file()
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("files", "graded"), course_files())
def test_all_checks_of_the_course_are_collected_alike_and_without_it(
    files: tuple[Path, ...], *, graded: bool
) -> None:
    infos, is_light = collected(*files, graded=graded)
    assert infos
    assert is_light


def test_what_an_author_says_of_a_check_is_read_alike(tmp_path: Path) -> None:
    marks = '@hint("a", "b")\n@needs("test_1")\n@points(2)\n'
    body = check("test_1", "api: Api", "pass") + check("test_2", "", "pass", marks)
    infos, is_light = collected(written(tmp_path, body))
    assert is_light
    # Of two marks of one name, the one nearest to the function counts.
    assert (infos[1].points, infos[1].hints, infos[1].needs) == (2.0, ("a", "b"), ("test_1",))


@pytest.mark.parametrize(("before", "takes", "mark", "word"), [each for each in ODD if each.id != "mark"])
def test_what_needs_pytest_is_left_to_it(
    tmp_path: Path, before: str, takes: str, mark: str, word: str
) -> None:
    body = before + check("test_1", takes, "pass", mark, word)
    head = f"import pytest\n{HEAD}" if "pytest" in body else HEAD
    assert not collected(written(tmp_path, body, head))[1]


@pytest.mark.parametrize(
    "extra",
    [
        "class TestMore:\n    @points(1)\n    def test_2(self):\n        '''It does more.'''\n",
        "import functools\n\n\n" + check("test_2", "", "pass", "@functools.wraps(print)\n"),
        "pytestmark = []\n",
        "test_2 = 5\n",
    ],
)
def test_a_file_that_is_more_than_plain_functions_is_left_to_it(tmp_path: Path, extra: str) -> None:
    path = written(tmp_path, check("test_1", "", "pass") + extra)
    with CheckHolder([path], graded=False, light=True) as holder:
        assert not holder.is_light


@pytest.mark.parametrize("body", ["import nothing_of_this_name\n", "1 / 0\n", "def (:\n"])
def test_what_cannot_be_read_is_told_in_its_words(tmp_path: Path, body: str) -> None:
    told = []
    for light in (False, True):
        with pytest.raises(Exception, match="cannot be collected") as caught:
            CheckHolder([written(tmp_path, body)], graded=True, light=light)
        told.append(str(caught.value))
    assert told[0] == told[1]


BODIES = {
    "pass": Verdict.PASSED,
    "expect(False, 'No.', expected='x')": Verdict.FAILED,
    "expect(False, str(draw.random()))": Verdict.FAILED,
    "api.get('/')": Verdict.CRASHED,
    "1 / 0": Verdict.BROKEN,
    "assert draw is None, 'No.'": Verdict.BROKEN,
    "raise SystemExit": Verdict.BROKEN,
}


def test_both_ways_find_the_same(tmp_path: Path) -> None:
    checks = [check(f"test_{number}", "api, draw", body) for number, body in enumerate(BODIES)]
    path = written(tmp_path, "".join(checks))
    order = Order(
        addresses=(Address(port=1),), seed="1", wall_s=30, request_wall_s=1, response_bytes=1000, hang_limit=2
    )
    found = []
    for light in (False, True):
        with (
            CheckHolder([path], graded=True, light=light) as holder,
            CheckRunner([path], holder=holder) as one,
        ):
            assert holder.is_light == light
            runs = [one.run(order, Nobody(), give_up=lambda: None) for _ in range(2)]
        assert [[each.verdict for each in run] for run in runs] == [list(BODIES.values())] * 2
        # Of a failed assert pytest says more.
        found.append([(each.name, each.verdict, each.message[:16], each.expected) for each in runs[0]])
    assert found[0] == found[1]


def test_nothing_carries_over_from_one_run_to_the_next(tmp_path: Path) -> None:
    body = "SEEN = []\n\n\n" + check("test_1", "", "SEEN.append(1); expect(len(SEEN) == 1, 'Carried over.')")
    path = written(tmp_path, body)
    order = Order(
        addresses=(Address(port=1),), seed="1", wall_s=30, request_wall_s=1, response_bytes=1000, hang_limit=2
    )
    with CheckHolder([path], graded=True, light=True) as holder, CheckRunner([path], holder=holder) as one:
        runs = [one.run(order, Nobody(), give_up=lambda: None)[0].verdict for _ in range(3)]
    assert runs == [Verdict.PASSED] * 3
