"""Which verdicts are read back, and which are made anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.evaluate import Grader
from autograder.sandbox.plain import PlainSandbox
from autograder.tests.evaluate.judging import grader
from autograder.tests.toycourse import FLASK, Toy, answering, policy, validated
from autograder.verdict import Status, Verdict


def test_what_was_judged_once_is_read_back_for_whoever_handed_it_in(toy: Toy, tmp_path: Path) -> None:
    with grader(toy, PlainSandbox(), cache=tmp_path / "cache") as one:
        first = one.grade(toy.collected("ann"))
    with grader(toy, PlainSandbox(), cache=tmp_path / "cache") as one:
        again = validated(one.grade(toy.collected("ben")))
    assert (first.cached, again.cached, again.student) == (False, True, "ben")
    assert again.parts == first.parts


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the verdict on the Flask solution."""
    home = tmp_path_factory.mktemp("kept")
    toy = Toy(home)
    with grader(toy, PlainSandbox(), cache=home / "cache") as one:
        assert not one.grade(toy.collected(), ["flask"]).cached
    return home / "cache"


@pytest.mark.parametrize(
    "what", ["nothing", "submission", "check", "topic", "start", "policy", "seed", "sandbox"]
)
def test_a_change_of_anything_that_sways_a_verdict_is_judged_anew(
    toy: Toy, tmp_path: Path, kept: Path, what: str
) -> None:
    shutil.copytree(kept, tmp_path / "cache")
    app, own, seed, sandbox = FLASK, None, "5eed", PlainSandbox()
    match what:
        case "submission":
            app += "# changed\n"
        case "check":
            toy.contract.write_text(toy.contract.read_text("utf-8") + "# changed\n")
        case "topic":
            path = toy.path / "course.toml"
            path.write_text(path.read_text("utf-8").replace('"flask", "werkzeug"', '"werkzeug", "flask"'))
        case "start":
            path = toy.path / "course.toml"
            old = 'framework = "flask"\n'
            path.write_text(path.read_text("utf-8").replace(old, f'{old}environment = {{ NAME = "x" }}\n'))
        case "policy":
            own = policy().model_copy(update={"digest": "0" * 64})
        case "seed":
            seed = "0ther"
        case "sandbox":
            sandbox = type("Other", (PlainSandbox,), {"name": "other"})()
    with Grader(
        toy.catalog, sandbox=sandbox, seed=lambda _: seed, cache=tmp_path / "cache", policy=own
    ) as one:
        report = one.grade(toy.collected(flask=app), ["flask"])
    assert (report.points, report.cached) == (10, what == "nothing")


def test_what_timed_out_or_broke_is_judged_anew(toy: Toy, tmp_path: Path) -> None:
    slow = answering("import time; time.sleep(9)")
    hasty = {"cache": tmp_path / "cache", "policy": policy(request_wall_s=0.3)}
    with grader(toy, PlainSandbox(), **hasty) as one:
        late = [one.grade(toy.collected(flask=slow), ["flask"]) for _ in range(2)]
    assert [(report.parts[0].verdict, report.cached) for report in late] == [(Verdict.TIMED_OUT, False)] * 2
    toy.contract.write_text(toy.contract.read_text("utf-8").replace("name = word(draw)", "name = word"))
    with grader(toy, PlainSandbox(), **hasty) as one:
        faulty = [one.grade(toy.collected(), ["flask"]) for _ in range(2)]
    assert [(report.status, report.cached) for report in faulty] == [(Status.BROKEN, False)] * 2
