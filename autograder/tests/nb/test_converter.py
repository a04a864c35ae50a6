"""The batch's converter leaves behind what nbgrader's own command does, to the byte and to the column."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.errors import CourseError
from autograder.nb.gradebooks import KeptGradebook

from .conftest import Desk

GRADES = """
    SELECT submitted_assignment.student_id, submitted_assignment.timestamp, submitted_assignment.extension,
        notebook.name, base_cell.name, grade.auto_score, grade.manual_score, grade.extra_credit,
        grade.needs_manual_grade, submitted_notebook.late_submission_penalty
    FROM grade JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN notebook ON notebook.id = submitted_notebook.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    ORDER BY 1, 5
"""
COMMENTS = """
    SELECT submitted_assignment.student_id, base_cell.name, comment.auto_comment, comment.manual_comment
    FROM comment JOIN base_cell ON base_cell.id = comment.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = comment.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    ORDER BY 1, 2
"""
STUDENTS = "SELECT id, first_name, last_name, email FROM student ORDER BY 1"


def gradebook(desk: Desk) -> list[Any]:
    """All that it says of students and their work, without the ids that are drawn anew each time."""
    with sqlite3.connect(desk.path / "gradebook.db") as database:
        return [database.execute(query).fetchall() for query in (GRADES, COMMENTS, STUDENTS)]


def results(desk: Desk) -> dict[str, tuple[int, Any]]:
    """Every file of every result: its rights, and what it holds."""
    found = {}
    for path in sorted((desk.path / "autograded").rglob("*")):
        if path.is_file():
            name = str(path.relative_to(desk.path))
            content: Any = json.loads(path.read_bytes()) if path.suffix == ".ipynb" else path.read_bytes()
            found[name] = path.stat().st_mode, content
    return found


def hand_in_all(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n", fastapi="# 10\n")
    place = desk.hand_in("ben", flask="# 5\n")
    (place / "timestamp.txt").write_text("2026-03-01 10:00:00 UTC\n")
    (place / "README.md").write_text("mine\n")
    place = desk.hand_in("cy", flask="# 0\n")
    (place / "greeting.ipynb").unlink()
    place = desk.hand_in("eve")
    (place / "greeting.ipynb").write_bytes(b"\xff")
    desk.memo("ann", "One paragraph of **mine**.")
    desk.memo("ben", "")


def copied(desk: Desk, home: Path) -> Desk:
    shutil.copytree(desk.path.parent, home)
    return Desk(home / desk.path.name, home / desk.course.name)


@pytest.mark.slow
def test_gradebook_and_results_are_those_of_nbgraders_own_command(desk: Desk, tmp_path: Path) -> None:
    hand_in_all(desk)
    batch = copied(desk, tmp_path / "batch")
    for topic in ("greeting", "opinion"):
        desk.nbgrader("autograde", topic, code=None)
        batch.autograde(topic, jobs=2)
    assert gradebook(batch) == gradebook(desk)
    assert results(batch) == results(desk)
    assert {row[0] for row in gradebook(batch)[0]} == {"ann", "ben", "cy", "eve"}
    assert any(row[1] is not None for row in gradebook(batch)[0])
    assert len(results(batch)) > 10


@pytest.mark.slow
def test_a_second_hand_in_is_graded_as_nbgraders_own_command_does(desk: Desk, tmp_path: Path) -> None:
    desk.hand_in("ann", flask="# 3\n", fastapi="# 10\n")
    desk.autograde()
    desk.person("greeting-flask", manual_score=4, extra_credit=1)
    place = desk.hand_in("ann", flask="# 6\n")
    (place / "timestamp.txt").write_text("2026-03-02 10:00:00 UTC\n")
    batch = copied(desk, tmp_path / "batch")
    desk.nbgrader("autograde", "greeting")
    batch.autograde()
    assert gradebook(batch) == gradebook(desk)
    assert results(batch) == results(desk)
    assert {row[5] for row in gradebook(batch)[0]} == {6, 0}


def test_the_gradebook_is_opened_once_for_a_class(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    class Counted(Gradebook):  # type: ignore[misc]  # nbgrader is untyped
        def __init__(self, url: str, *words: Any, **more: Any) -> None:
            opened.append(url)
            super().__init__(url, *words, **more)

    for module in ("autograder.nb.gradebooks", "nbgrader.converters.autograde"):
        monkeypatch.setattr(f"{module}.Gradebook", Counted)
    for number in range(5):
        desk.hand_in(f"s{number}", flask=f"# {number}\n")
    assert len(desk.autograde()) == 5
    assert len(opened) == 1


def test_between_two_hand_ins_others_can_write_to_the_gradebook(desk: Desk) -> None:
    for number in range(3):
        desk.hand_in(f"s{number}", flask="# 1\n")
    written: list[str] = []

    def write(report: Any, *_: int) -> None:
        with sqlite3.connect(desk.path / "gradebook.db", timeout=0.1) as database:
            database.execute("UPDATE student SET first_name = 'x' WHERE id = ?", (report.student,))
            written.append(report.student)

    desk.autograde(on_progress=write)
    assert sorted(written) == ["s0", "s1", "s2"]


def test_what_was_not_committed_is_given_up(desk: Desk) -> None:
    kept = KeptGradebook(f"sqlite:///{desk.path / 'gradebook.db'}", "course")
    with kept.session() as gradebook:
        gradebook.update_or_create_student("ann")
    with kept.session() as gradebook:
        gradebook.find_student("ann").first_name = "Half"
        gradebook.db.flush()
    with kept.session() as gradebook:
        assert gradebook.find_student("ann").first_name is None
    kept.close()
    kept.close()


def test_without_a_release_in_the_gradebook_nothing_is_graded_and_the_command_is_named(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 1\n")
    with sqlite3.connect(desk.path / "gradebook.db") as database:
        database.execute("UPDATE assignment SET name = 'other' WHERE name = 'greeting'")
    with pytest.raises(CourseError, match="nbgrader generate_assignment greeting"):
        desk.autograde()
    assert desk.journal.standings("greeting")["ann"].reason == ""
