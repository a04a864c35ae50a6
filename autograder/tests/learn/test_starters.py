"""Whether a learner has begun is told from the files that they were given."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import autograder
from autograder.catalog import Catalog, load
from autograder.learn.starters import Starters, find_starters, released_starters, worked_on
from autograder.learn.store import open_store
from autograder.release import record_starters, unrecorded_starters
from autograder.tests.learn.learning import Learner


@pytest.fixture
def catalog(toy: Path) -> Catalog:
    return load(toy)


def found(catalog: Catalog) -> Starters:
    with open_store(catalog) as store:
        return find_starters(catalog, store)


def begun(catalog: Catalog, part: str = "flask") -> bool:
    topic = catalog.ready_topic("greeting")
    (chosen,) = (each for each in topic.part if each.name == part)
    return worked_on(catalog, found(catalog), topic, chosen)


def test_a_starter_is_not_worked_on_until_it_is_edited(catalog: Catalog, toy: Path) -> None:
    assert not begun(catalog)
    file = toy / "exercises/greeting/flask_app.py"
    file.write_text(file.read_text("utf-8") + "# mine\n", "utf-8")
    assert begun(catalog)
    assert not begun(catalog, "fastapi")


def test_other_ends_of_lines_are_no_work(catalog: Catalog, toy: Path) -> None:
    assert not begun(catalog)
    file = toy / "exercises/greeting/flask_app.py"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert not begun(catalog)


def test_a_package_in_place_of_the_module_is_work(catalog: Catalog, toy: Path) -> None:
    assert not begun(catalog)
    package = toy / "exercises/greeting/flask_app"
    package.mkdir()
    (package / "__init__.py").write_text("", "utf-8")
    assert begun(catalog)


def test_a_file_that_is_not_utf_8_or_gone_is_work(catalog: Catalog, toy: Path) -> None:
    assert not begun(catalog)
    file = toy / "exercises/greeting/flask_app.py"
    file.write_bytes("# naïve\n".encode("latin-1"))
    assert begun(catalog)
    file.unlink()
    assert begun(catalog)


def test_recorded_starters_are_known_though_a_file_was_edited_before_the_first_command(
    catalog: Catalog, toy: Path
) -> None:
    record_starters(catalog)
    file = toy / "exercises/greeting/flask_app.py"
    handed_out = file.read_text("utf-8")
    file.write_text("# mine\n", "utf-8")
    assert begun(catalog)
    assert not begun(catalog, "fastapi")
    part = catalog.ready_topic("greeting").part[0]
    assert found(catalog).files("greeting", part) == {"flask_app.py": handed_out}


def test_without_a_record_the_files_are_the_starter_when_they_are_first_seen(catalog: Catalog) -> None:
    assert not begun(catalog)
    assert set(found(catalog).by_topic) == {"greeting", "opinion"}


def test_the_course_records_its_starters() -> None:
    course = load(Path(autograder.__file__).parent)
    assert released_starters(course).by_topic.keys() == {topic.name for topic in course.ready}
    assert all(released_starters(course).by_topic.values())
    assert unrecorded_starters(course) == []


def test_a_learners_command_starts_no_git_in_a_downloaded_folder(
    learner: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder's `.git/config` may name commands, which git runs; so git must not run at all."""
    ran, programs = tmp_path / "ran", tmp_path / "programs"
    programs.mkdir()
    (programs / "git").write_text(f"#!/bin/sh\necho run >>'{ran}'\n", "utf-8")
    (programs / "git").chmod(0o755)
    (learner.course / ".git").mkdir()
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    for words in (["list"], ["next"], ["start"], ["progress"], ["reset", "greeting", "flask"]):
        learner.types(*words)
    assert not ran.exists()


def test_a_file_without_a_todo_is_no_starter_though_it_is_seen_first(catalog: Catalog, toy: Path) -> None:
    file = toy / "exercises/greeting/flask_app.py"
    starter = file.read_text("utf-8")
    file.write_text("# done already\n", "utf-8")
    assert begun(catalog)
    assert not begun(catalog, "fastapi")
    assert found(catalog).files("greeting", catalog.ready_topic("greeting").part[0]) == {}
    file.write_text(starter, "utf-8")
    assert not begun(catalog)


def test_where_progress_cannot_be_kept_the_starters_serve_once(catalog: Catalog, data: Path) -> None:
    data.write_text("a file stands here", "utf-8")
    assert not begun(catalog)
