"""The folder of one topic, as it is handed out: it is judged by its examples, whoever's package judges."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.catalog import Catalog, handout, load
from autograder.catalog.root import TOPIC_FILE
from autograder.errors import CatalogError
from autograder.learn.starters import find_starters, worked_on
from autograder.learn.store import open_store
from autograder.nb.build import build_course
from autograder.selfcheck import EXAMPLES_ONLY, self_check
from autograder.verdict import Verdict
from sidebyside import check

TOY = Path(__file__).parent / "toy"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def author(tmp_path: Path) -> Catalog:
    """An author's course, with all that is secret."""
    shutil.copytree(TOY, tmp_path / "a course")
    return load(tmp_path / "a course")


@pytest.fixture
def handed_out(author: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a student gets of one topic, far from the course; the working directory is there."""
    build_course(author, tmp_path / "build", ["greeting"])
    folder = tmp_path / "home" / "my work"
    shutil.copytree(tmp_path / "build/source/greeting", folder)
    monkeypatch.chdir(folder)
    for name in ("NBGRADER_VALIDATING", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.mark.parametrize("topic", [topic.name for topic in load(ROOT).ready])
def test_the_folder_describes_its_topic_as_the_course_does(tmp_path: Path, topic: str) -> None:
    catalog = load(ROOT)
    wanted = catalog.topic(topic)
    (tmp_path / TOPIC_FILE).write_text(handout(catalog.course, wanted), encoding="utf-8")
    alone = load(tmp_path)
    assert alone.ready == (wanted.model_copy(update={"requires": ()}),)
    assert (alone.course.edition, alone.course.title) == ("student", catalog.course.title)
    assert alone.places(topic).examples == tmp_path.resolve() / "test_examples.py"


def test_any_value_of_course_toml_can_be_handed_out(author: Catalog, tmp_path: Path) -> None:
    topic = author.topic("greeting")
    apps: tuple[dict[str, object], ...] = ({}, {"A": ["x", 1, 2.5, True, {"b": '"\\\t\x7f é\n'}]})
    part = topic.part[0].model_copy(update={"apps": apps, "environment": {"KEY": "a = 'b' # c"}})
    odd = topic.model_copy(update={"part": (part,), "points": part.points})
    (tmp_path / TOPIC_FILE).write_text(handout(author.course, odd), encoding="utf-8")
    assert load(tmp_path).topic("greeting").part[0] == part


def test_it_is_checked_by_its_examples_wherever_it_lies(author: Catalog, handed_out: Path) -> None:
    catalog = load(handed_out)
    shutil.copy(author.places("greeting").solution / "flask_app.py", handed_out)
    report = self_check(catalog, catalog.topic("greeting"))
    assert [part.verdict for part in report.parts] == [Verdict.PASSED, Verdict.FAILED]
    assert (report.max_points, report.notes[0]) == (0, EXAMPLES_ONLY)


@pytest.mark.usefixtures("handed_out")
def test_its_notebook_is_judged_by_the_examples() -> None:
    assert EXAMPLES_ONLY in repr(check("greeting", "flask"))
    assert "0 of" in check("greeting", "flask").line


def test_a_release_inside_an_authors_course_is_judged_by_the_examples_too(
    author: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_course(author, author.root / "build")
    monkeypatch.chdir(author.root / "build/source/greeting")
    assert EXAMPLES_ONLY in repr(check("greeting", "flask"))


def test_outside_of_any_course_no_hidden_check_judges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "solutions/routing", tmp_path / "routing")
    monkeypatch.chdir(tmp_path / "routing")
    assert EXAMPLES_ONLY in repr(check("routing", "flask"))


def test_no_solution_and_no_hidden_check_is_named_in_it(handed_out: Path) -> None:
    text = (handed_out / TOPIC_FILE).read_text("utf-8")
    assert "solution" not in text
    assert "hidden" not in text
    assert "author" not in text


def test_a_folder_that_calls_itself_an_author_edition_is_refused(handed_out: Path) -> None:
    file = handed_out / TOPIC_FILE
    file.write_text(file.read_text("utf-8").replace('"student"', '"author"'), "utf-8")
    with pytest.raises(CatalogError, match="must be 'student'") as caught:
        load(handed_out)
    assert caught.value.where == str(file.resolve())


@pytest.mark.slow
def test_pytest_judges_the_apps_beside_the_examples(author: Catalog, handed_out: Path) -> None:
    shutil.copy(author.places("greeting").solution / "flask_app.py", handed_out)
    examples = handed_out / "test_examples.py"
    hinted = examples.read_text("utf-8").replace("import Api\n", "import Api, hint\n")
    examples.write_text(hinted.replace("def test_hello", '@hint("name")\ndef test_hello'), "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "autograder.examples", "test_examples.py"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    # Where CI is set, pytest repeats each failure in its summary.
    told, _, summary = ran.stdout.partition("short test summary info")
    assert ran.returncode == 1
    assert "1 failed, 1 passed" in summary
    assert "sent: GET /hello/Ada" in told
    assert [line.strip() for line in told.splitlines() if "hint" in line] == ["hint: course hint greeting"]
    assert "Traceback" not in told
    assert "hidden checks judge" in ran.stdout


def test_a_topic_that_was_handed_out_says_what_is_unknown_and_what_was_begun(handed_out: Path) -> None:
    catalog = load()
    assert catalog.course.unseen_checks == {"greeting": {"flask": 3, "fastapi": 3}}
    report = self_check(catalog, catalog.topic("greeting"))
    assert report.notes[1] == "When you hand it in, 3 hidden checks judge Flask and 3 judge FastAPI."
    with open_store(catalog) as store:
        topic, starters = catalog.topic("greeting"), find_starters(catalog, store)
        (handed_out / "flask_app.py").write_text("# mine\n", "utf-8")
        assert [worked_on(catalog, starters, topic, part) for part in topic.part] == [True, False]
