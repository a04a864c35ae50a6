"""What `course check` is about when little is said, and what it says of the files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.commands.keeping import current_overview
from autograder.learn.checking import own_desk, working_topic
from autograder.learn.store import open_store
from autograder.tests.learn.learning import Learner
from autograder.verdict import Verdict


def at(learner: Learner) -> str | None:
    topic = working_topic(current_overview(load(learner.course)))
    return topic.name if topic else None


def test_without_a_topic_it_is_the_one_worked_on_last_or_else_the_next(learner: Learner) -> None:
    assert at(learner) == "greeting"
    learner.was_checked(Verdict.PASSED, 10, "flask")
    learner.was_checked(Verdict.PASSED, 10, "fastapi")
    assert at(learner) == "opinion"
    learner.was_checked(Verdict.FAILED, 0, "flask")
    assert at(learner) == "greeting"


def test_a_check_without_a_topic_says_which_it_is(learner: Learner) -> None:
    learner.solves("flask_app.py")
    assert "greeting" in learner.types("check", "flask")
    assert "10 of 10 points" in learner.types("check", "flask")
    assert "FastAPI  · not begun" in learner.types("check", code=1)


def test_a_check_that_passes_says_what_comes_next(learner: Learner) -> None:
    assert "Next:" not in learner.types("check", "greeting", code=1)
    learner.solves("flask_app.py")
    for words, code in ((("greeting",), 1), (("greeting", "flask"), 0)):
        assert "Next: FastAPI, exercises/greeting/fastapi_app.py" in learner.types("check", *words, code=code)
    assert "Next:" not in learner.types("check", "greeting", "fastapi", code=1)
    learner.solves("fastapi_app.py")
    told = learner.types("check", "greeting")
    assert "All of greeting passes. What comes next: course next" in told
    assert "Next" not in learner.types("check", "greeting", "--json")


def test_a_missing_app_can_be_had_back_from_the_starter(learner: Learner) -> None:
    learner.types("start")  # from here on it is known what was handed out
    learner.file("fastapi_app.py").unlink()
    told = learner.types("check", "greeting", code=1)
    assert "no file fastapi_app.py: add it under exactly this name." in told
    assert "starter  course reset greeting fastapi" in told
    assert "submit again" not in told
    learner.types("reset", "greeting", "fastapi")
    assert "no file" not in learner.types("check", "greeting", code=1)


def test_a_missing_exercise_is_told_as_such(learner: Learner) -> None:
    shutil.rmtree(learner.file("flask_app.py").parent)
    _, err = learner.types_and_errs("check", "greeting", code=2)
    assert "The folder of the exercise greeting is missing." in err
    assert "Copy it from where you have the course from" in err


def test_a_check_is_kept_and_its_loss_is_one_line(learner: Learner, data: Path) -> None:
    learner.solves("flask_app.py")
    learner.types("check", "greeting", "flask")
    with open_store(load(learner.course)) as store:
        assert store.standing().part("greeting", "flask").points == 10
    shutil.rmtree(data)
    data.write_text("no folder")
    out, err = learner.types_and_errs("check", "greeting", "flask")
    assert "10 of 10 points" in out
    assert err.startswith("course: your progress was not kept")
    assert err.count("\n") == 1


def test_paths_are_those_from_where_the_learner_stands(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = load(toy)
    topic = catalog.topic("greeting")
    exercise = catalog.places("greeting").exercise
    for folder, seen in ((toy, os.path.join("exercises", "greeting", "")), (exercise, "")):  # noqa: PTH118
        monkeypatch.chdir(folder)
        assert own_desk(catalog, topic).folder == seen


def test_a_part_is_begun_when_its_files_differ_from_the_starter(learner: Learner) -> None:
    catalog = load(learner.course)
    topic = catalog.topic("greeting")
    assert {"flask", "fastapi"} <= own_desk(catalog, topic).untouched
    learner.solves("flask_app.py")
    desk = own_desk(catalog, topic)
    assert "flask" not in desk.untouched
    assert "fastapi" in desk.untouched
    assert desk.files["flask"] == ("flask_app.py",)


def test_an_unknown_part_is_named_with_those_there_are(learner: Learner) -> None:
    _, err = learner.types_and_errs("check", "greeting", "django", code=2)
    assert "flask, fastapi" in err
