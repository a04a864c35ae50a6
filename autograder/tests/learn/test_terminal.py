"""The learner's commands as a person sees them: on a screen, of any width, in either edition."""

from __future__ import annotations

import json
import re
import shutil
import sys
import urllib.request
from pathlib import Path

import pytest

import autograder
from autograder.catalog import load
from autograder.learn.store import open_store, store_path
from autograder.release import STARTERS
from autograder.selfcheck import self_check
from autograder.tests.learn.learning import Learner, report
from autograder.tests.toycourse import course
from autograder.verdict import Verdict

if sys.platform != "win32":
    from autograder.tests.learn.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminal of this kind")

COURSE = Path(autograder.__file__).parents[1]


def screen(*words: str, cwd: Path, columns: int, code: int = 0) -> str:
    with Terminal(*words, cwd=cwd, columns=columns) as terminal:
        assert terminal.ends() == code, terminal.said
        return terminal.screen


@pytest.mark.parametrize("columns", [100, 60, 40])
def test_the_way_is_readable_on_a_screen_of_any_width(toy: Path, columns: int) -> None:
    shown = screen("start", cwd=toy, columns=columns)
    words = " ".join(shown.split())
    assert "Next: Saying hello, Flask" in words
    assert "course check greeting flask" in words
    shown = screen("list", cwd=toy, columns=columns)
    assert all("passed" not in line for line in shown.splitlines())
    assert shown.count("not begun") == 3


def test_paths_are_links_in_a_terminal_and_no_colour_means_none(toy: Path) -> None:
    with Terminal("start", cwd=toy, NO_COLOR=None) as terminal:
        assert terminal.ends() == 0
        assert b"\x1b]8;" in terminal.raw
        assert (toy / "exercises/greeting/flask_app.py").as_uri().encode() in terminal.raw
    with open_store(load(toy)) as store:
        store.record_check(report(Verdict.PASSED, 10))
    with Terminal("list", cwd=toy, NO_COLOR="1") as terminal:
        assert terminal.ends() == 0
        assert "✓ passed" in terminal.said
        assert b"\x1b[32m" not in terminal.raw
    with Terminal("list", cwd=toy, NO_COLOR=None) as terminal:
        assert terminal.ends() == 0
        assert b"\x1b[32m" in terminal.raw


def test_a_terminal_without_any_control_shows_plain_text(toy: Path) -> None:
    with Terminal("list", cwd=toy, TERM="dumb", NO_COLOR=None) as terminal:
        assert terminal.ends() == 0
        assert b"\x1b[3" not in terminal.raw
        assert "\n  Flask: · not begun\n" in terminal.said
    with Terminal("progress", cwd=toy, TERM="dumb", NO_COLOR=None) as terminal:
        assert terminal.ends() == 0
        assert "░" not in terminal.said
        assert "0 of 10 points, 0 of 1 part passed" in terminal.said
    give_up = ("solution", "greeting", "flask", "--i-give-up")
    with Terminal(*give_up, cwd=toy, columns=160, TERM="dumb", NO_COLOR=None) as terminal:
        assert terminal.ends() == 0
        assert "+++ solution/flask_app.py" in terminal.said


@pytest.mark.slow
def test_a_learners_way_through_the_toy_course(toy: Path) -> None:
    exercise, solution = toy / "exercises/greeting", toy / "solutions/greeting"
    assert "You have not begun yet" in screen("start", cwd=toy, columns=100)
    assert "Check first" in screen("hint", cwd=toy, columns=100, code=1)
    assert "0 of 20 points" in screen("check", "greeting", cwd=toy, columns=100, code=1)
    assert "Hint 1 of 3" in screen("hint", cwd=toy, columns=100)
    assert "stays closed" in screen("solution", "greeting", cwd=toy, columns=100, code=1)
    for name in ("flask_app.py", "fastapi_app.py"):
        shutil.copy(solution / name, exercise / name)
    assert "20 of 20 points" in screen("check", "greeting", cwd=toy, columns=100)
    assert "Next: Which one, and why, memo" in screen("next", cwd=toy, columns=100)
    assert "letter by letter" in screen("solution", "greeting", cwd=toy, columns=100)
    assert "the starter again" in screen("reset", "greeting", cwd=toy, columns=100)
    assert "Next: Saying hello, Flask" in screen("next", cwd=toy, columns=100)


@pytest.fixture
def routing(tmp_path: Path) -> Path:
    """The author edition of the real course, with the four places of one topic."""
    root = tmp_path / "the real course"
    for place in ("lessons", "exercises", "solutions", "autograder/hidden"):
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(COURSE / place / "routing", root / place / "routing", ignore=ignored)
    shutil.copy(COURSE / "course.toml", root)
    return root


@pytest.mark.slow
def test_a_learners_way_through_routing(routing: Path) -> None:
    exercise, solution = routing / "exercises/routing", routing / "solutions/routing"
    assert "Which route wins" in course("lesson", "routing", "--print", cwd=routing).stdout
    assert "Flask" in screen("check", "routing", "flask", cwd=routing, columns=100, code=1)
    assert "Hint 1 of 3, about echo" in screen("hint", cwd=routing, columns=60)
    shown = course("solution", "routing", "flask", "--i-give-up", cwd=routing, COLUMNS="150").stdout
    assert "both sides differ" in shown
    for name in ("flask_app.py", "fastapi_app.py"):
        shutil.copy(solution / name, exercise / name)
    with Terminal("serve", "routing", cwd=routing) as terminal:
        told = terminal.sees(lambda said: said.count("answers at") == 2)
        for address in re.findall(r"answers at (\S+?/)[,\s]", told):
            with urllib.request.urlopen(f"{address}items/42", timeout=30) as reply:
                assert json.load(reply) == {"id": 42, "url": "/items/42"}
        terminal.types("\x03")
        assert terminal.ends() == 0
    screen("check", "routing", cwd=routing, columns=100)
    shown = screen("list", cwd=routing, columns=120)
    (line,) = (line for line in shown.splitlines() if line.strip().startswith("routing"))
    assert line.count("passed, 20/20") == 2


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student edition of the real course."""
    target = tmp_path_factory.mktemp("for students") / "student edition"
    course("release", str(target), cwd=COURSE)
    return target


@pytest.fixture
def student(
    students: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Learner:
    own = tmp_path / "my course"
    shutil.copytree(students, own)
    return Learner(own, monkeypatch, capsys)


@pytest.mark.slow
def test_the_same_commands_work_in_the_student_edition(student: Learner) -> None:
    assert "You have not begun yet" in student.types("start")
    catalog = load(student.course)
    topic = catalog.ready_topic("routing")
    with (student.course / "exercises/routing/flask_app.py").open("a", encoding="utf-8") as file:
        file.write("# Where do I begin?\n")
    student.keeps(lambda store: store.record_check(self_check(catalog, topic)))
    listed = student.types("list")
    assert "not yet, 0/12 examples" in listed
    assert "not begun" in listed
    assert "Hint 1 of 3" in student.types("hint", "routing")
    assert "pass their examples" in student.types("progress")
    told = student.reads("progress")
    assert told["judged_by"] == "examples"
    assert told["parts"][0]["hidden_checks"] > told["parts"][0]["checks"]
    assert "points" not in told
    _, err = student.types_and_errs("solution", "routing", "--i-give-up", code=2)
    assert "holds no solutions" in err
    assert "Routing" in student.types("lesson", "routing", "--print")
    assert "of 12 examples pass" in student.types("verify")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("topic", "told"),
    [
        ("servers", "`version`"),
        ("routing", "`id`"),
        ("validation", "`shop`"),
        ("responses", "where the new member lives"),
        ("structure", "`/v1/status`"),
        ("databases", "`GET /accounts/{id}`"),
        ("authentication", "repeat the e-mail that was sent"),
        ("authorization", "`PUT /plots/1`"),
    ],
)
def test_the_first_hint_for_a_new_starter_is_about_the_line_that_fails_first(
    student: Learner, topic: str, told: str
) -> None:
    student.types("check", topic, "flask", code=1)
    hinted = student.reads("hint", topic)
    assert told in hinted["hints"][0]["text"]
    assert hinted["part"] == "flask"


@pytest.mark.slow
def test_a_student_who_edited_before_the_first_command_can_still_reset(student: Learner) -> None:
    file = student.course / "exercises/routing/flask_app.py"
    handed_out = file.read_bytes()
    file.write_text("# mine\n", "utf-8")
    (row,) = (
        part
        for part in student.reads("progress")["parts"]
        if (part["topic"], part["part"]) == ("routing", "flask")
    )
    assert row["worked_on"]
    store_path().mkdir(parents=True)  # whatever became of the progress
    _, err = student.types_and_errs("reset", "routing", "flask")
    assert "your progress was not kept" in err
    assert file.read_bytes() == handed_out
    assert (student.course / STARTERS / "routing" / "flask_app.py").read_bytes() == handed_out
