"""`course start`, `next`, `list` and `progress` say where a learner is, in any width and without colours."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest

from autograder.learn.store import store_path
from autograder.tests.learn.learning import Learner
from autograder.tests.toycourse import course
from autograder.verdict import Verdict


def test_who_begins_is_told_what_there_is_and_what_is_first(learner: Learner) -> None:
    said = learner.types("start")
    assert "You have not begun yet: 2 topics with 3 parts wait for you, about 20 min." in said
    assert "Next: Saying hello, Flask (greeting)" in said
    assert "course check greeting flask" in said
    assert str(Path("exercises/greeting/flask_app.py")) in said


def test_what_is_next_is_the_first_part_that_is_not_passed(learner: Learner) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    assert "Next: Saying hello, FastAPI" in learner.types("next")
    learner.was_checked(Verdict.PASSED, 10, "fastapi")
    assert "Next: Which one, and why, memo (opinion)" in learner.types("next")


def test_what_regressed_is_next_again(learner: Learner) -> None:
    for part in ("flask", "fastapi"):
        learner.was_checked(Verdict.PASSED, 10, part)
    learner.was_checked(Verdict.FAILED, 4)
    said = learner.types("start")
    assert "Next: Saying hello, Flask" in said
    assert "Passed once, failing now: greeting flask." in said
    assert "passed once, fails now, 0/1 checks" in said


def test_time_that_is_left_is_each_parts_share_of_its_topics_minutes(learner: Learner) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    assert learner.reads("next")["minutes_left"] == 15
    assert "about 15 min are left" in learner.types("start")


def test_when_all_is_passed_nothing_is_next(learner: Learner) -> None:
    for part in ("flask", "fastapi"):
        learner.was_checked(Verdict.PASSED, 10, part)
    sheet = learner.course / "course.toml"
    before, memo, after = sheet.read_text("utf-8").partition('name = "opinion"')
    sheet.write_text(before + memo + after.replace('"ready"', '"planned"'), "utf-8")
    assert "Every part is passed" in learner.types("next")
    assert learner.reads("next")["next"] is None


def test_an_app_that_did_not_start_is_not_one_that_failed(learner: Learner) -> None:
    learner.edits("flask_app.py")
    learner.was_checked(Verdict.CRASHED, started=False)
    assert "not yet, nothing ran" in learner.types("list")


def test_a_part_that_was_checked_untouched_is_not_begun(learner: Learner) -> None:
    learner.edits("flask_app.py")
    for part in ("flask", "fastapi"):
        learner.was_checked(Verdict.FAILED, 0, part)
    flask, fastapi = learner.types("list", columns=60).split("Flask:")[1].split("FastAPI:")[:2]
    assert "not yet, 0/1 checks" in flask
    assert "not begun" in fastapi
    assert "not yet" not in fastapi


@pytest.mark.parametrize("columns", [100, 80, 60, 40, 20])
def test_a_list_of_any_width_says_the_same_words(learner: Learner, columns: int) -> None:
    learner.edits("fastapi_app.py")
    learner.was_checked(Verdict.PASSED, 10)
    learner.was_checked(Verdict.FAILED, 4, "fastapi")
    said = learner.types("list", columns=columns)
    assert max(map(len, said.splitlines())) <= columns
    words = " ".join(said.split())
    for told in ("greeting", "passed, 10/10", "not yet, 0/1 checks", "not begun", "Next: greeting, FastAPI"):
        assert told in words, told


@pytest.mark.parametrize("words", [("start",), ("list",), ("progress",)])
@pytest.mark.parametrize("columns", [100, 40])
def test_where_only_ascii_can_be_shown_ascii_is_shown(
    toy: Path, words: tuple[str, ...], columns: int
) -> None:
    said = course(*words, cwd=toy, COLUMNS=str(columns), PYTHONIOENCODING="ascii", PYTHONUTF8="0").stdout
    assert said.isascii()
    assert said.strip()


def test_a_code_page_that_lacks_a_lessons_signs_ends_nothing() -> None:
    root = Path(__file__).parents[3]
    ran = course("lesson", "routing", "--print", cwd=root, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert "\\u2260" in ran.stdout
    assert "/floors/<int:floor>" in ran.stdout


@pytest.mark.parametrize("words", [("start",), ("next",), ("list",), ("progress",)])
def test_without_colours_no_escape_sequence_is_printed(learner: Learner, words: tuple[str, ...]) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    assert "\x1b" not in learner.types(*words)


def test_every_sign_has_a_word_beside_it(learner: Learner) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    learner.was_checked(Verdict.FAILED, 0, "fastapi")
    said = learner.types("list", columns=60)
    signs = re.findall(r"[^\x00-\x7f]", said)
    assert signs
    assert re.findall(r"[^\x00-\x7f] (\w+)", said) == ["passed", "not", "not"]


def test_work_that_was_not_checked_is_told_from_none(learner: Learner) -> None:
    learner.types("start")
    learner.file("flask_app.py").write_text("# mine\n", "utf-8")
    assert "begun, not checked" in learner.types("list")
    assert "You have not begun" not in learner.types("start")


def test_json_holds_every_part_with_its_figures(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, 4)
    told = learner.reads("progress")
    assert (told["format"], told["format_version"], told["judged_by"]) == ("course-progress", 1, "checks")
    assert [(part["topic"], part["part"]) for part in told["parts"]] == [
        ("greeting", "flask"),
        ("greeting", "fastapi"),
        ("opinion", "memo"),
    ]
    first = told["parts"][0]
    assert {key: first[key] for key in ("state", "points", "max_points", "tries", "first", "minutes")} == {
        "state": "tried",
        "points": 4,
        "max_points": 10,
        "tries": 1,
        "first": "test_a",
        "minutes": 5,
    }
    assert told["next"] == {"topic": "greeting", "part": "flask"}
    assert [topic["name"] for topic in learner.reads("list")["topics"]] == ["greeting", "opinion"]


def test_progress_shows_a_bar_with_its_figures_for_each_framework(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, 5)
    said = learner.types("progress").splitlines()
    (flask,) = (line for line in said if "Flask" in line)
    (fastapi,) = (line for line in said if "FastAPI" in line)
    assert "5 of 10 points, 0 of 1 part passed" in flask
    assert (flask.count("█"), flask.count("░")) == (12, 12)
    assert fastapi.count("░") == 24
    assert "All together: 5 of 30 points, 0 of 3 parts passed, after 1 check." in said
    assert "streak" not in "".join(said)


@pytest.mark.parametrize("columns", [80, 40, 24])
def test_bars_of_any_width_have_their_figures(learner: Learner, columns: int) -> None:
    learner.was_checked(Verdict.FAILED, 5)
    said = learner.types("progress", columns=columns)
    kept = said.index("Kept in")
    assert max(map(len, said[:kept].splitlines())) <= columns
    assert "5 of 30 points, 0 of 3 parts passed" in " ".join(said.split())
    assert str(store_path()) in said


def test_a_bar_is_full_only_when_all_is_earned(learner: Learner) -> None:
    learner.was_checked(Verdict.FAILED, 9.99)
    (line,) = (line for line in learner.types("progress").splitlines() if "Flask" in line)
    assert "░" in line


def test_everything_that_is_kept_can_be_taken_along(learner: Learner, tmp_path: Path) -> None:
    learner.was_checked(Verdict.FAILED, 5)
    learner.keeps(lambda store: store.record("opened", "greeting"))
    target = tmp_path / "my progress.json"
    assert "2 events" in learner.types("progress", "--export", str(target))
    told = json.loads(target.read_text("utf-8"))
    assert [event["what"] for event in told["events"]] == ["check", "opened"]
    assert told["parts"][0]["points"] == 5
    assert told["course"] == "The Toy Course"


def test_progress_that_cannot_be_read_is_one_line_and_the_list_is_shown(learner: Learner) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    connection = sqlite3.connect(store_path())
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    out, err = learner.types_and_errs("list")
    assert "greeting" in out
    assert err.count("\n") == 1
    assert "later version" in err
    assert "Nothing was written" in err


def test_a_damaged_file_is_told_of_once(learner: Learner, data: Path) -> None:
    learner.was_checked(Verdict.PASSED, 10)
    store_path().write_bytes(b"no database at all " * 100)
    _, err = learner.types_and_errs("list")
    (aside,) = data.glob("*.damaged-*")
    assert str(aside) in err
    assert learner.types_and_errs("list")[1] == ""
