"""What is built for release, and what nbgrader releases of it."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder.catalog import load
from autograder.errors import CatalogError, UsageError
from autograder.nb.build import build_course
from autograder.nb.folder import GradingFolder

from .conftest import Desk, copy_toy


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_released_is_what_was_authored_byte_for_byte(plain_desk: Desk) -> None:
    authored = snapshot(plain_desk.course / "exercises" / "greeting")
    released = snapshot(plain_desk.path / "release" / "greeting")
    assert set(released) == {*authored, "greeting.ipynb", "topic.toml"}
    assert {name: released[name] for name in authored} == authored


def test_a_second_build_gives_the_same_bytes(plain_desk: Desk) -> None:
    before = snapshot(plain_desk.path / "source")
    build_course(plain_desk.catalog, plain_desk.path)
    assert snapshot(plain_desk.path / "source") == before


def test_the_cover_sheet_is_valid_for_jupyter_and_nbgrader(plain_desk: Desk) -> None:
    for topic in ("greeting", "opinion"):
        notebook = nbformat.read(plain_desk.path / "source" / topic / f"{topic}.ipynb", as_version=4)
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)


def test_each_part_has_one_locked_cell_that_calls_its_check(plain_desk: Desk) -> None:
    notebook = json.loads((plain_desk.path / "source/greeting/greeting.ipynb").read_text("utf-8"))
    graded = [cell for cell in notebook["cells"] if cell["metadata"]["nbgrader"]["grade"]]
    assert [cell["metadata"]["nbgrader"]["grade_id"] for cell in graded] == [
        "greeting-flask",
        "greeting-fastapi",
    ]
    assert [cell["metadata"]["nbgrader"]["points"] for cell in graded] == [10, 10]
    assert all(cell["metadata"]["nbgrader"]["locked"] for cell in graded)
    assert "".join(graded[0]["source"]).endswith('check("greeting", "flask")')


def test_a_memo_has_its_question_locked_and_its_answer_open(plain_desk: Desk) -> None:
    notebook = json.loads((plain_desk.path / "source/opinion/opinion.ipynb").read_text("utf-8"))
    by_id = {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in notebook["cells"]}
    assert "what would change your mind" in "".join(by_id["opinion-memo-question"]["source"])
    assert by_id["opinion-memo-question"]["metadata"]["nbgrader"]["locked"]
    assert not by_id["opinion-memo"]["metadata"]["nbgrader"]["locked"]
    assert by_id["opinion-memo"]["metadata"]["nbgrader"]["solution"]


def test_a_file_that_left_the_exercise_leaves_the_source(tmp_path: Path) -> None:
    course = copy_toy(tmp_path / "c")
    extra = course / "exercises" / "greeting" / "data" / "names.txt"
    extra.parent.mkdir()
    extra.write_text("Ada\n")
    build_course(load(course), tmp_path / "g")
    assert (tmp_path / "g/source/greeting/data/names.txt").read_text() == "Ada\n"
    extra.unlink()
    build_course(load(course), tmp_path / "g")
    assert not (tmp_path / "g/source/greeting/data").exists()


def test_nothing_hidden_and_no_link_is_released(tmp_path: Path) -> None:
    course = copy_toy(tmp_path / "c")
    exercise = course / "exercises" / "greeting"
    (exercise / ".env").write_text("SECRET=1")
    (exercise / "__pycache__").mkdir()
    (exercise / "__pycache__" / "x.pyc").write_bytes(b"x")
    (exercise / "answer.py").symlink_to(course / "solutions" / "greeting" / "flask_app.py")
    build_course(load(course), tmp_path / "g")
    names = set(snapshot(tmp_path / "g" / "source" / "greeting"))
    assert names == {
        "README.md",
        "fastapi_app.py",
        "flask_app.py",
        "greeting.ipynb",
        "hints.toml",
        "test_examples.py",
        "topic.toml",
    }


def test_the_instructors_own_lines_in_the_configuration_are_kept(tmp_path: Path) -> None:
    course = load(copy_toy(tmp_path / "c"))
    build_course(course, tmp_path / "g")
    path = tmp_path / "g" / "nbgrader_config.py"
    path.write_text(path.read_text() + "c.Exchange.root = '/elsewhere'\n")
    build_course(course, tmp_path / "g", ["greeting"])
    assert path.read_text().endswith("c.Exchange.root = '/elsewhere'\n")


def test_secret_and_state_are_for_the_instructors_account_alone(plain_desk: Desk) -> None:
    build_course(plain_desk.catalog, plain_desk.path)
    state = plain_desk.path / ".course"
    assert state.stat().st_mode & 0o777 == 0o700
    assert (state / "secret").stat().st_mode & 0o777 == 0o600


def test_release_and_secret_of_a_folder_stay_when_it_is_built_again(plain_desk: Desk) -> None:
    folder = GradingFolder(plain_desk.path)
    seed = folder.seed("greeting")
    build_course(plain_desk.catalog, plain_desk.path, release="another")
    assert folder.seed("greeting") == seed
    assert folder.seed("opinion") != seed


def test_a_missing_starter_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    course = copy_toy(tmp_path / "c")
    (course / "exercises" / "greeting" / "flask_app.py").unlink()
    with pytest.raises(CatalogError, match=r"lacks flask_app\.py"):
        build_course(load(course), tmp_path / "g")
    assert not (tmp_path / "g").exists()


def test_only_topics_that_exist_are_built(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no topic 'farewell'"):
        build_course(load(copy_toy(tmp_path / "c")), tmp_path / "g", ["farewell"])


def test_the_course_is_found_from_a_folder_elsewhere_and_from_one_inside_it(tmp_path: Path) -> None:
    course = copy_toy(tmp_path / "c")
    for folder in (tmp_path / "far" / "away", course / "build"):
        folder.parent.mkdir(exist_ok=True)
        build_course(load(course), folder)
        assert GradingFolder(folder).catalog().root == course
    (course / "build" / ".course" / "build.toml").unlink()
    assert GradingFolder(course / "build").catalog().root == course
