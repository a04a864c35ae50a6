"""The whole of the author's check: a sound course passes, a spoilt one hears of every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.devcheck import check_course
from autograder.devcheck.registry import COURSE_RULES, TOPIC_RULES, TRIAL_RULES
from autograder.errors import SandboxUnavailable, UsageError
from autograder.sandbox.plain import PlainSandbox
from autograder.tests.devcheck.toy import TOPIC, app, hidden, load_toy, replace, write_toy, wrong


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_toy(tmp_path / "a course")


def rules(root: Path, cache: Path, topics: list[str] | None = None) -> set[str]:
    found = check_course(load_toy(root), PlainSandbox(), topics, jobs=2, cache=cache)
    return {each.rule for each in found}


@pytest.mark.slow
def test_a_sound_course_breaks_no_rule_and_every_app_was_tried(root: Path) -> None:
    told: list[tuple[int, int]] = []
    found = check_course(
        load_toy(root), PlainSandbox(), jobs=2, progress=lambda done, of: told.append((done, of))
    )
    assert found == ()
    # Two frameworks: a starter, solution and right one by two sets of checks, three wrong ones.
    assert told[-1] == (16, 16)


@pytest.mark.slow
def test_every_fault_is_told_at_once(root: Path) -> None:
    solution = root / "solutions" / TOPIC / "flask_app.py"
    replace(solution, '{"hello": name}', '{"hello": "Ada"}')
    (root / "exercises" / TOPIC / "fastapi_app.py").write_text(app("fastapi", "TODO: nothing."))
    hidden(root, "right/other.flask.py").write_text(app("flask", "R.", bye="None"))
    wrong(root, "stays").unlink()
    replace(wrong(root, "shouts"), "Fails: test_greets", "Fails: test_refuses")
    hidden(root, "exempt.toml").write_text(
        '[[exempt]]\ncheck = "test_greets"\nframework = "fastapi"\nreason = "it can not be made to fail"\n'
    )
    replace(hidden(root, "test_contract.py"), "goodbye.", "goodbye")
    found = check_course(load_toy(root), PlainSandbox(), jobs=2)
    rules = {each.rule for each in found}
    assert {"solution", "starter", "right", "caught", "wrong", "exemption", "check-sentence"} <= rules
    whats = " ".join(each.what for each in found)
    assert "test_greets says failed" in whats
    assert "earns 100%" in whats
    assert "No wrong submission in flask shows that test_leaves can fail" in whats
    assert "It says that it fails test_refuses, but does not" in whats
    assert "It fails test_greets, which it does not name" in whats


@pytest.mark.slow
def test_a_planned_topic_is_checked_when_it_is_named(root: Path) -> None:
    replace(root / "course.toml", 'status = "ready"', 'status = "planned"')
    wrong(root, "stays").unlink()
    cache = root.parent / "cache"
    assert rules(root, cache, [TOPIC]) == {"caught"}
    assert any(cache.iterdir())
    assert rules(root, cache) == set()  # nothing ready: nothing is released, nothing is judged


def test_an_unknown_topic_is_refused(root: Path) -> None:
    with pytest.raises(UsageError, match="greeting"):
        check_course(load_toy(root), PlainSandbox(), ["parting"])


def test_without_a_sandbox_nothing_is_said_to_hold(root: Path) -> None:
    class Nowhere(PlainSandbox):
        def check_available(self) -> None:
            raise SandboxUnavailable("No wall.", where="here", remedy="Build one.")

    with pytest.raises(SandboxUnavailable):
        check_course(load_toy(root), Nowhere())


def test_no_two_rules_have_one_id() -> None:
    tables: list[set[str]] = [set(COURSE_RULES), set(TOPIC_RULES), set(TRIAL_RULES)]
    assert len(set().union(*tables)) == sum(map(len, tables))
