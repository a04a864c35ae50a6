"""Whether a learner has begun is told from the files that they were given."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from autograder.catalog import Catalog, load
from autograder.learn.starters import Starters, find_starters, worked_on
from autograder.learn.store import open_store


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


def git(folder: Path, *words: str) -> None:
    settings = (
        "-c",
        "user.name=A Learner",
        "-c",
        "user.email=learner@example.org",
        "-c",
        "core.autocrlf=false",
    )
    subprocess.run(["git", *settings, *words], cwd=folder, check=True, capture_output=True)


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


def test_what_git_has_is_the_starter_though_it_was_edited_before_the_first_command(
    catalog: Catalog, toy: Path
) -> None:
    git(toy, "init", "--quiet")
    git(toy, "add", ".")
    git(toy, "commit", "--quiet", "--message", "The course")
    file = toy / "exercises/greeting/flask_app.py"
    handed_out = file.read_text("utf-8")
    file.write_text("# mine\n", "utf-8")
    assert begun(catalog)
    part = catalog.ready_topic("greeting").part[0]
    assert found(catalog).files("greeting", part) == {"flask_app.py": handed_out}


def test_a_learner_who_commits_their_work_is_still_told_from_the_starter(catalog: Catalog, toy: Path) -> None:
    git(toy, "init", "--quiet")
    git(toy, "add", ".")
    git(toy, "commit", "--quiet", "--message", "The course")
    assert not begun(catalog)
    (toy / "exercises/greeting/flask_app.py").write_text("# mine\n", "utf-8")
    git(toy, "commit", "--quiet", "--all", "--message", "Mine")
    assert begun(catalog)


def test_a_course_in_a_folder_of_a_larger_repository_has_its_starters(toy: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", toy.name)
    git(tmp_path, "commit", "--quiet", "--message", "The course")
    (toy / "exercises/greeting/fastapi_app.py").write_text("# mine\n", "utf-8")
    assert begun(load(toy), "fastapi")
    assert not begun(load(toy), "flask")


def test_without_git_the_files_are_the_starter_when_they_are_first_seen(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not begun(catalog)
    assert set(found(catalog).by_topic) == {"greeting", "opinion"}


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
