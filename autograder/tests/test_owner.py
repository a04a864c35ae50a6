"""A course that another user owns is refused before anything in it is read or run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.catalog import find_root, load, owner
from autograder.cli.main import exit_code
from autograder.commands.autograde import build_folder
from autograder.errors import ForeignCourse
from autograder.nb.build import build_course
from autograder.tests.toycourse import copy_toy
from sidebyside.places import lessons_folder

STRANGER = 65_533
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

GiveAway = Callable[..., None]


@pytest.fixture
def give_away(monkeypatch: pytest.MonkeyPatch) -> GiveAway:
    """Let files belong to another user: root gives them away, anybody else takes another identity."""

    def give(*paths: Path) -> None:
        if IS_ROOT:
            for path in paths:
                for each in (path, *path.rglob("*")):
                    os.chown(each, STRANGER, -1, follow_symlinks=False)
        else:
            monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    return give


@pytest.fixture(autouse=True)
def engine_of_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package was installed by root, whoever runs the tests."""
    monkeypatch.setattr(owner, "__file__", "/")
    monkeypatch.delenv(owner.VARIABLE, raising=False)
    monkeypatch.delenv("SUDO_UID", raising=False)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A student edition whose examples leave a trace when they are run."""
    course = copy_toy(tmp_path / "shared")
    file = course / "course.toml"
    file.write_text(file.read_text("utf-8").replace('edition = "author"', 'edition = "student"'), "utf-8")
    ran = tmp_path / "ran"
    with (course / "exercises/greeting/test_examples.py").open("a", encoding="utf-8") as examples:
        examples.write(f"\nopen({str(ran)!r}, 'w').close()\n")
    (course / "mine").mkdir()
    return course


def test_no_command_runs_code_of_a_course_in_a_folder_above_that_another_user_owns(
    shared: Path,
    tmp_path: Path,
    give_away: GiveAway,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    give_away(shared)
    monkeypatch.chdir(shared / "mine")
    for words in (["check", "greeting"], ["list"], ["start"], ["reset", "greeting"], ["dev", "check"]):
        assert exit_code(words) == 2
        told = capsys.readouterr().err
        assert "belongs to another user" in told
        assert f"{owner.VARIABLE}={shared}" in told
    assert not (tmp_path / "ran").exists()


def test_pytest_does_not_import_the_examples_of_another_user(
    shared: Path, tmp_path: Path, give_away: GiveAway
) -> None:
    give_away(shared)
    # In this process, where root's installation and the other user are as this test says.
    ended = pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", str(shared), str(shared / "exercises")])
    assert ended != pytest.ExitCode.OK
    assert not (tmp_path / "ran").exists()


def test_lessons_of_another_user_are_not_loaded(
    shared: Path, give_away: GiveAway, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_away(shared)
    monkeypatch.chdir(shared / "mine")
    monkeypatch.delenv("SIDEBYSIDE_COURSE", raising=False)
    with pytest.raises(ForeignCourse):
        lessons_folder()


def test_a_grading_folder_of_another_user_is_not_configured_from(tmp_path: Path, give_away: GiveAway) -> None:
    build_course(load(copy_toy(tmp_path / "course")), tmp_path / "build", ["greeting"])
    assert build_folder(None, tmp_path / "build") == tmp_path / "build"
    give_away(tmp_path / "build/nbgrader_config.py")
    with pytest.raises(ForeignCourse):
        build_folder(None, tmp_path / "build")


PLANTED = [
    "course.toml",
    "exercises",
    "exercises/greeting",
    "exercises/greeting/test_examples.py",
    "exercises/greeting/flask_app.py",
    "exercises/greeting/__pycache__/flask_app.cpython-311.pyc",
    "autograder",
    "autograder/hidden/greeting/test_contract.py",
    "lessons/greeting/flask_app.py",
    ".starters/greeting/flask_app.py",
]


@pytest.mark.parametrize("name", PLANTED)
def test_one_file_of_another_user_in_a_course_of_ones_own_is_refused(
    name: str, tmp_path: Path, give_away: GiveAway
) -> None:
    course = copy_toy(tmp_path / "course")
    file = course / name
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("planted = True\n", "utf-8")
    find_root(course)
    if IS_ROOT:
        os.chown(file, STRANGER, -1)
    else:
        give_away(file)
    with pytest.raises(ForeignCourse) as caught:
        find_root(course)
    if IS_ROOT:
        assert caught.value.where == str(file)


def test_a_link_of_ones_own_to_a_folder_of_another_user_is_refused(
    tmp_path: Path, give_away: GiveAway
) -> None:
    course = copy_toy(tmp_path / "course")
    (course / "exercises").rename(tmp_path / "elsewhere")
    (course / "exercises").symlink_to(tmp_path / "elsewhere")
    find_root(course)
    give_away(tmp_path / "elsewhere")
    with pytest.raises(ForeignCourse):
        find_root(course)


def test_an_exercise_that_was_handed_out_alone_is_refused_likewise(
    tmp_path: Path, give_away: GiveAway
) -> None:
    build_course(load(copy_toy(tmp_path / "course")), tmp_path / "build", ["greeting"])
    exercise = tmp_path / "build/source/greeting"
    assert find_root(exercise) == exercise
    give_away(exercise / "test_examples.py")
    with pytest.raises(ForeignCourse):
        find_root(exercise)


def test_no_folder_above_a_refused_one_is_used_in_its_place(tmp_path: Path, give_away: GiveAway) -> None:
    outer = copy_toy(tmp_path / "course")
    inner = copy_toy(outer / "inner")
    give_away(inner)
    with pytest.raises(ForeignCourse):
        find_root(inner)


@pytest.mark.parametrize("listed", ["{}", "*", "/nowhere:{}", "{}/.."])
def test_the_variable_allows_a_folder(
    listed: str, shared: Path, give_away: GiveAway, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_away(shared)
    monkeypatch.setenv(owner.VARIABLE, listed.format(shared))
    assert find_root(shared / "mine") == shared


@pytest.mark.parametrize("listed", ["", ".", "{}x", "/nowhere", "{}/mine"])
def test_the_variable_allows_no_other_folder(
    listed: str, shared: Path, give_away: GiveAway, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_away(shared)
    monkeypatch.chdir(shared)
    monkeypatch.setenv(owner.VARIABLE, listed.format(shared))
    with pytest.raises(ForeignCourse):
        find_root()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who runs a command, who owns the package, who called sudo; and which owners are trusted then."""

    me: int
    engine: int
    caller: str | None
    trusted: frozenset[int]


@pytest.mark.parametrize(
    "who",
    [
        Identity(1000, 0, None, frozenset({1000, 0})),
        Identity(1000, 1001, None, frozenset({1000, 0, 1001})),
        Identity(1000, 65_534, None, frozenset({1000, 0})),
        Identity(1000, 0, "1002", frozenset({1000, 0})),
        Identity(0, 0, "1000", frozenset({0, 1000})),
        Identity(0, 1001, None, frozenset({0, 1001})),
        Identity(0, 0, "-1", frozenset({0})),
        Identity(0, 0, "²", frozenset({0})),
    ],
    ids=str,
)
def test_who_is_trusted(who: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = SimpleNamespace(stat=lambda: SimpleNamespace(st_uid=who.engine))
    monkeypatch.setattr(os, "geteuid", lambda: who.me)
    monkeypatch.setattr(owner, "Path", lambda _: installed)
    if who.caller is not None:
        monkeypatch.setenv("SUDO_UID", who.caller)
    assert owner._trusted_owners() == who.trusted


def test_a_system_without_owners_refuses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "os", SimpleNamespace())
    owner.hold_trusted(copy_toy(tmp_path / "course"))
