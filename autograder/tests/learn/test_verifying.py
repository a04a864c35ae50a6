"""`course verify` checks everything again, and what regressed is pending again."""

from __future__ import annotations

import sqlite3

import pytest

from autograder.learn.store import store_path
from autograder.tests.learn.learning import Learner
from autograder.verdict import Verdict

pytestmark = pytest.mark.slow


def test_what_still_holds_is_said_to_hold(learner: Learner) -> None:
    learner.solves("flask_app.py", "fastapi_app.py")
    for part in ("flask", "fastapi"):
        learner.was_checked(Verdict.PASSED, 10, part)
    said = learner.types("verify")
    assert "All of it holds: 2 parts." in said
    assert learner.reads("next")["next"] == {"topic": "opinion", "part": "memo"}


def test_what_regressed_is_named_and_next_again(learner: Learner) -> None:
    learner.solves("flask_app.py", "fastapi_app.py")
    for part in ("flask", "fastapi"):
        learner.was_checked(Verdict.PASSED, 10, part)
    app = learner.file("fastapi_app.py")
    app.write_text(app.read_text("utf-8").replace('"hello": name', '"hello": "Ada"'), "utf-8")
    said = learner.types("verify", code=1)
    assert "1 part passed once and fails now. Begin with: course check greeting fastapi" in said
    told = learner.reads("next")
    assert told["next"] == {"topic": "greeting", "part": "fastapi"}
    assert told["parts"][1]["state"] == "regressed"


def test_a_program_reads_the_same(learner: Learner) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    (told,) = learner.reads("verify", code=1)["parts"]
    assert told == {
        "topic": "greeting",
        "part": "flask",
        "before": "passed",
        "verdict": "failed",
        "regressed": True,
    }


def test_what_was_never_checked_is_not_judged(learner: Learner) -> None:
    assert "nothing to check again" in learner.types("verify")


def test_what_a_check_of_the_topic_looked_at_untouched_is_not_judged(learner: Learner) -> None:
    learner.edits("flask_app.py")
    for part in ("flask", "fastapi"):
        learner.was_checked(Verdict.FAILED, 0, part)
    parts = learner.reads("verify")["parts"]
    assert [(part["part"], part["before"]) for part in parts] == [("flask", "tried")]


def test_broken_checks_are_our_fault_and_regress_nothing(learner: Learner) -> None:
    learner.solves("flask_app.py")
    learner.was_checked(Verdict.PASSED, 10)
    contract = learner.course / "autograder/hidden/greeting/test_contract.py"
    contract.write_text(contract.read_text("utf-8") + "\n\nraise RuntimeError\n", "utf-8")
    learner.types("verify", code=3)
    assert learner.reads("progress")["parts"][0]["state"] == "passed"


def test_verdicts_are_shown_though_progress_cannot_be_kept(learner: Learner) -> None:
    learner.solves("flask_app.py")
    learner.was_checked(Verdict.PASSED, 10)
    connection = sqlite3.connect(store_path())
    # As a full disk refuses: what is there can be read, and nothing be added.
    connection.execute(
        "CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    connection.close()
    out, err = learner.types_and_errs("verify")
    assert "All of it holds: 1 part." in out
    assert "your progress was not kept" in err
    assert "disk is full" in err
