"""The class's grades as a table: an empty score is never a zero, and no cell is a formula."""

from __future__ import annotations

import csv
import sqlite3

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import ExportApp

from autograder.nb import export
from autograder.report.model import CountedGrade, Report
from autograder.verdict import Status

from .conftest import Desk


def counted(report: Report) -> CountedGrade:
    assert report.counted is not None
    return report.counted


def table(desk: Desk, *words: str, name: str = "grades.csv") -> dict[tuple[str, str], dict[str, str]]:
    app = ExportApp()
    app.load_cwd_config = False
    app.initialize([*words, f"--to={desk.path / name}"], root=str(desk.path))
    app.start()
    with (desk.path / name).open(encoding="utf-8", newline="") as file:
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
    desk.hand_in("cy", flask="# 3\n")
    for student, when in (("ann", "2025-12-31 10:00:00 UTC"), ("ben", "2026-01-02 10:00:00 UTC")):
        place = desk.hand_in(student, flask="# 3\n", fastapi="# 4\n")
        (place / "timestamp.txt").write_text(when)
    desk.autograde(students=["ann"])
    desk.person("greeting-flask", manual_score=6.0)
    desk.person("greeting-fastapi", extra_credit=2.0)
    graded = desk.autograde(force=True)
    assert [counted(graded[student]).points for student in ("ann", "ben")] == [12, 0]
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
    cy = rows["greeting", "cy"]
    assert (cy["timestamp"], cy["late_penalty"], cy["score"]) == ("", "0", "3")


def test_handed_in_again_and_not_graded_since_is_not_the_old_score(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n")
    desk.autograde()
    desk.hand_in("ann", flask="# 1\n")
    row = table(desk)["greeting", "ann"]
    assert (row["status"], row["score"]) == ("ungraded", "")


def test_the_reason_tells_which_of_several_submissions_was_graded(desk: Desk) -> None:
    folder = desk.hand_in("ann", flask="# 10\n")
    (folder.parent / "greeting.zip").write_bytes(b"")
    desk.autograde()
    row = table(desk)["greeting", "ann"]
    assert row["status"] == "graded"
    assert '"ann/greeting" was taken, for "ann/greeting.zip" cannot be opened.' in row["reason"]


def test_no_cell_is_a_formula_to_a_spreadsheet(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 1\n")
    desk.autograde()
    with sqlite3.connect(desk.path / "gradebook.db") as database:
        database.execute("UPDATE student SET last_name = '=cmd|x', first_name = '+1', email = 'a\"b,c;=1'")
    row = table(desk)["greeting", "ann"]
    assert (row["last_name"], row["first_name"], row["email"]) == ("'=cmd|x", "'+1", "a\"b,c;'=1")


@pytest.mark.slow
def test_nbgraders_own_command_writes_the_table(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 1\n")
    desk.autograde()
    desk.nbgrader("export")
    text = (desk.path / "grades.csv").read_text("utf-8")
    assert text.startswith("assignment,student_id,")
    assert "greeting,ann," in text


def test_a_student_removed_from_the_gradebook_does_not_break_the_export(desk: Desk) -> None:
    for student in ("ann", "ben"):
        desk.hand_in(student, flask="# 10\n")
    desk.autograde()
    with Gradebook(f"sqlite:///{desk.path / 'gradebook.db'}") as gradebook:
        gradebook.remove_student("ben")
    rows = table(desk)
    assert (rows["greeting", "ann"]["status"], rows["greeting", "ann"]["score"]) == ("graded", "10")
    assert rows["greeting", "ben"]["score"] == ""
    assert "missing from the gradebook" in rows["greeting", "ben"]["reason"]


@pytest.mark.parametrize("name", ["grades.csv", "other.csv"])
def test_the_old_table_stays_until_the_new_one_is_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    desk.hand_in("ann", flask="# 1\n")
    desk.autograde()
    old = desk.path / name
    old.write_text("the old table")
    old.chmod(0o640)
    with monkeypatch.context() as patch:
        patch.setattr(export, "_points", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            table(desk, name=name)
    assert old.read_text() == "the old table"
    assert table(desk, name=name)
    assert old.stat().st_mode & 0o777 == 0o640
    assert not [path for path in desk.path.iterdir() if path.name.startswith(f".{name}")]


def test_a_table_that_cannot_be_written_is_reported_without_a_traceback(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        table(desk, name="nowhere/grades.csv")
    said = capsys.readouterr().err
    assert "nowhere" in said
    assert "Traceback" not in said


def test_students_and_assignments_can_be_chosen(desk: Desk) -> None:
    for student in ("ann", "ben"):
        desk.hand_in(student, flask="# 1\n")
    desk.autograde()
    assert set(table(desk, "--assignment", "greeting", "--student", "ben")) == {("greeting", "ben")}


def test_points_of_an_earlier_submission_count_provisionally_everywhere(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n", fastapi="# 4\n")
    desk.autograde()
    desk.person("greeting-flask", extra_credit=0.5)
    desk.person("greeting-fastapi", manual_score=6.0)
    desk.hand_in("ann", flask="# 10\n", fastapi="# 9\n")
    graded = desk.autograde()["ann"]
    assert (graded.status, counted(graded).points) == (Status.AWAITING_PERSON, 16.5)
    row = table(desk)["greeting", "ann"]
    assert (row["status"], row["score"], row["greeting:fastapi"]) == ("awaiting_person", "16.5", "6")
    assert row["reason"].startswith("provisional")
    desk.person("greeting-flask", extra_credit=0.5)
    desk.person("greeting-fastapi", manual_score=9.0)
    row = table(desk)["greeting", "ann"]
    assert (row["status"], row["score"], row["reason"]) == ("graded", "19.5", "")


def test_a_memo_that_a_person_graded_is_graded_in_the_terminal_too(desk: Desk) -> None:
    desk.memo("ann", "Flask.")
    assert not counted(desk.autograde("opinion")["ann"]).complete
    desk.person("opinion-memo", manual_score=7.5)
    graded = desk.autograde("opinion", force=True)["ann"]
    assert (graded.status, counted(graded).points) == (Status.GRADED, 7.5)
    assert table(desk)["opinion", "ann"]["score"] == "7.5"
