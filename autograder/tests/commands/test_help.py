"""The help lists the commands that work in this edition; the others say where they work."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.tests.learn.learning import Learner
from autograder.tests.toycourse import copy_toy

LEARNERS = {
    "check",
    "hint",
    "lab",
    "lesson",
    "list",
    "next",
    "progress",
    "reset",
    "serve",
    "site",
    "start",
    "verify",
    "watch",
}
OTHERS = {"autograde", "bench", "build", "demo", "dev", "grade", "release", "withdraw"}


@pytest.fixture
def author(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Learner:
    return Learner(copy_toy(tmp_path / "a course"), monkeypatch, capsys)


@pytest.fixture
def student(author: Learner) -> Learner:
    sheet = author.course / "course.toml"
    sheet.write_text(sheet.read_text("utf-8").replace('"author"', '"student"'), "utf-8")
    return author


def commands(said: str) -> set[str]:
    """The first word of each line inside the panels."""
    lines = [line[1:-1] for line in said.splitlines() if line.startswith("│ ") and line[2].isalpha()]
    return {line.split()[0] for line in lines}


@pytest.mark.parametrize("columns", [100, 60])
def test_a_student_edition_lists_the_learners_commands_alone(student: Learner, columns: int) -> None:
    said = student.types("--help", columns=columns)
    assert commands(said) == LEARNERS
    assert "grade a class" not in said


def test_an_author_edition_lists_all_commands_in_groups(author: Learner) -> None:
    said = author.types("--help")
    assert commands(said) == LEARNERS | OTHERS | {"solution"}
    groups = [said.index(f"For {whom}") for whom in ("learners", "instructors and pipelines", "authors")]
    assert groups == sorted(groups)


def test_outside_a_course_all_commands_are_listed(
    author: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert commands(author.types("--help")) >= LEARNERS | OTHERS


@pytest.mark.parametrize(
    "words",
    [
        ("build", "elsewhere"),
        ("demo",),
        ("dev", "check"),
        ("dev", "show", "greeting"),
        ("bench", "site"),
        ("grade", "exercises", "--topic", "greeting"),
        ("release", "elsewhere"),
        ("solution", "greeting"),
    ],
)
def test_what_a_student_edition_cannot_do_is_said_with_what_to_do(
    student: Learner, words: tuple[str, ...]
) -> None:
    _, err = student.types_and_errs(*words, code=2)
    assert "student edition" in err
    assert "do:" in err
