"""The class's grades as a table: an empty score is never a zero, and no cell is a formula."""

from __future__ import annotations

import csv
import sqlite3

import pytest
from nbgrader.apps import ExportApp

from .conftest import Desk


def table(desk: Desk, *words: str) -> dict[tuple[str, str], dict[str, str]]:
    app = ExportApp()
    app.load_cwd_config = False
    app.initialize([*words, f"--to={desk.path / 'grades.csv'}"], root=str(desk.path))
    app.start()
    with (desk.path / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {(row["assignment"], row["student_id"]): row for row in csv.DictReader(file)}


def test_everyone_is_in_the_table_with_where_they_stand(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n", fastapi="# 2.5\n")
    desk.hand_in("ben", flask="# broken\n")
    desk.hand_in("cy")
    for file in (desk.path / "submitted/cy/greeting").iterdir():
        file.unlink()
    desk.memo("dot", "Flask.")
    desk.autograde()
    desk.autograde("opinion")
    desk.hand_in("eve", flask="# 1\n")
    rows = table(desk)
    told = {
        student: (row["status"], row["score"])
        for (topic, student), row in rows.items()
        if topic == "greeting"
    }
    assert told == {
        "ann": ("graded", "12.5"),
        "ben": ("broken", ""),
        "cy": ("refused", "0"),
        "dot": ("missing", ""),
        "eve": ("ungraded", ""),
    }
    assert rows["opinion", "dot"]["status"] == "awaiting_person"
    assert rows["opinion", "dot"]["score"] == ""
    assert rows["opinion", "ann"]["status"] == "missing"
    ann = rows["greeting", "ann"]
    assert (ann["greeting:flask"], ann["greeting:fastapi"], ann["max_score"]) == ("10", "2.5", "20")
    assert rows["greeting", "ben"]["reason"] == "flask: the sandbox fell over"


def test_a_persons_points_and_the_late_penalty_have_columns_of_their_own(desk: Desk) -> None:
    with (desk.path / "nbgrader_config.py").open("a") as file:
        file.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with sqlite3.connect(desk.path / "gradebook.db") as database:
        database.execute(
            "UPDATE assignment SET duedate = '2026-01-01 00:00:00.000000' WHERE name = 'greeting'"
        )
    for student, when in (("ann", "2025-12-31 10:00:00 UTC"), ("ben", "2026-01-02 10:00:00 UTC")):
        place = desk.hand_in(student, flask="# 3\n", fastapi="# 4\n")
        (place / "timestamp.txt").write_text(when)
    desk.autograde(students=["ann"])
    desk.person("greeting-flask", manual_score=6.0)
    desk.person("greeting-fastapi", extra_credit=2.0)
    desk.autograde()
    rows = table(desk)
    ann, ben = rows["greeting", "ann"], rows["greeting", "ben"]
    assert (ann["auto_score"], ann["manual_score"], ann["extra_credit"], ann["late_penalty"]) == (
        "7",
        "6",
        "2",
        "0",
    )
    assert ann["score"] == "12"
    assert (ben["auto_score"], ben["late_penalty"], ben["score"]) == ("7", "7", "0")


def test_handed_in_again_and_not_graded_since_is_not_the_old_score(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n")
    desk.autograde()
    desk.hand_in("ann", flask="# 1\n")
    row = table(desk)["greeting", "ann"]
    assert (row["status"], row["score"]) == ("ungraded", "")


def test_no_cell_is_a_formula_to_a_spreadsheet(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 1\n")
    desk.autograde()
    with sqlite3.connect(desk.path / "gradebook.db") as database:
        database.execute("UPDATE student SET last_name = '=cmd|x', first_name = '+1', email = 'a\"b,c'")
    row = table(desk)["greeting", "ann"]
    assert (row["last_name"], row["first_name"], row["email"]) == ("'=cmd|x", "'+1", 'a"b,c')


@pytest.mark.slow
def test_nbgraders_own_command_writes_the_table(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 1\n")
    desk.autograde()
    desk.nbgrader("export")
    text = (desk.path / "grades.csv").read_text("utf-8")
    assert text.startswith("assignment,student_id,")
    assert "greeting,ann," in text


def test_students_and_assignments_can_be_chosen(desk: Desk) -> None:
    for student in ("ann", "ben"):
        desk.hand_in(student, flask="# 1\n")
    desk.autograde()
    assert set(table(desk, "--assignment", "greeting", "--student", "ben")) == {("greeting", "ben")}
