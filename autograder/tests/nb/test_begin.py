"""What a run of grading does after gradebook, checks, points or plugins changed, and what it reports."""

from __future__ import annotations

import shutil
import sqlite3
from importlib import import_module
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde

from autograder.errors import CourseError
from autograder.verdict import Status

from .conftest import Desk
from .test_export import table

PLUGIN = """from nbgrader.plugins import BasePlugin


class Flat(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {points}
"""


# nbgrader 0.9.6 relies on an autoflush of which SQLAlchemy 2.1 warns.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def sql(desk: Desk, query: str, *values: object) -> None:
    with sqlite3.connect(desk.path / "gradebook.db") as database:
        assert database.execute(query, values).rowcount > 0


def due(desk: Desk, date: str) -> None:
    sql(desk, "UPDATE assignment SET duedate = ? WHERE name = 'greeting'", f"{date} 00:00:00.000000")


def remove_student(desk: Desk, student: str) -> None:
    """As `nbgrader db student remove --force` does."""
    with Gradebook(f"sqlite:///{desk.path / 'gradebook.db'}") as gradebook:
        gradebook.remove_student(student)


def graded(desk: Desk, **options: Any) -> tuple[set[str], str]:
    """Whom a run graded, and all that it remarked."""
    remarks: list[str] = []
    reports = desk.autograde(on_remark=lambda remark: remarks.append(remark.text), **options)
    return set(reports), "\n".join(remarks)


def test_what_the_gradebook_lacks_is_recorded_again(desk: Desk) -> None:
    for student in ("ann", "ben"):
        desk.hand_in(student, flask="# 10\n")
    desk.autograde()
    remove_student(desk, "ben")
    assert graded(desk) == ({"ben"}, "1 grade is missing from the gradebook; grading again: ben.")
    assert desk.grades()["ben"]["greeting-flask"] == 10
    assert graded(desk) == (set(), "")


def test_nbgraders_own_autograde_records_again_and_says_why(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.hand_in("ann", flask="# 10\n")
    desk.autograde()
    remove_student(desk, "ann")
    app = NbGrader()
    app.load_cwd_config = False
    app.initialize([], root=str(desk.path))
    app.coursedir.assignment_id = "greeting"
    app.log.addHandler(caplog.handler)
    Autograde(coursedir=app.coursedir, parent=app).start()
    assert "1 grade is missing from the gradebook; grading again: ann." in caplog.text
    assert desk.grades()["ann"]["greeting-flask"] == 10
    assert graded(desk) == (set(), "")


def test_an_emptied_gradebook_is_filled_again(desk: Desk) -> None:
    for student in ("ann", "ben"):
        desk.hand_in(student, flask="# 10\n")
    empty = desk.path / "empty.db"
    shutil.copy(desk.path / "gradebook.db", empty)
    desk.autograde()
    shutil.copy(empty, desk.path / "gradebook.db")
    assert graded(desk)[0] == {"ann", "ben"}
    assert set(desk.grades()) == {"ann", "ben"}


def test_a_score_changed_behind_our_back_is_recorded_again_and_a_persons_points_never(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n", fastapi="# 5\n")
    desk.autograde()
    desk.person("greeting-fastapi", manual_score=8.0, extra_credit=1.0)
    assert graded(desk) == (set(), "")
    sql(desk, "UPDATE grade SET auto_score = 3 WHERE auto_score = 10")
    row = table(desk)["greeting", "ann"]
    assert (row["status"], row["score"]) == ("ungraded", "")
    assert "greeting-flask is 3" in row["reason"]
    students, remarks = graded(desk)
    assert students == {"ann"}
    assert "ann (greeting-flask is 3, recorded was 10)" in remarks
    assert desk.grades()["ann"]["greeting-flask"] == 10
    assert desk.manual("greeting-fastapi") == (8.0, 1.0)


def test_entries_and_grades_that_nothing_explains_are_reported_and_left_alone(desk: Desk) -> None:
    for student in ("ann", "ben", "cy"):
        desk.hand_in(student, flask="# 10\n")
    desk.autograde()
    for student in ("ben", "cy"):
        shutil.rmtree(desk.path / "submitted" / student)
    remove_student(desk, "cy")
    with Gradebook(f"sqlite:///{desk.path / 'gradebook.db'}") as gradebook:
        gradebook.add_student("zoe")
        gradebook.add_submission("greeting", "zoe")
    students, remarks = graded(desk)
    assert students == set()
    assert "no hand-in of this folder led to it: zoe." in remarks
    assert "no longer in submitted/: ben." in remarks
    assert "neither in the gradebook nor in submitted/: cy." in remarks
    assert set(desk.grades()) == {"ann", "ben", "zoe"}
    rows = table(desk)
    told = {student: rows["greeting", student] for student in ("ben", "cy", "zoe")}
    assert {student: (row["status"], row["score"]) for student, row in told.items()} == {
        "ben": ("graded", "10"),
        "cy": ("missing", ""),
        "zoe": ("ungraded", ""),
    }
    assert all("submitted/" in row["reason"] for row in told.values())
    assert graded(desk, students=["ann"]) == (set(), "ann is not on the roster")


def test_changed_hidden_checks_make_the_grades_again(desk: Desk) -> None:
    for student in ("ann", "ben"):
        desk.hand_in(student, flask="# 10\n")
    desk.autograde()
    contract = desk.course / "autograder/hidden/greeting/test_contract.py"
    contract.write_text(f"{contract.read_text()}\n# stricter\n")
    row = table(desk)["greeting", "ann"]
    why = "out of date because the hidden checks of greeting changed"
    assert (row["score"], row["reason"]) == ("10", why)
    assert graded(desk) == ({"ann", "ben"}, f"2 grades are {why}; grading again: ann, ben.")
    assert graded(desk) == (set(), "")


def test_late_penalties_follow_due_date_and_plugin_without_judging_again(desk: Desk) -> None:
    (desk.path / "flat_late.py").write_text(PLUGIN.format(points=4))
    with (desk.path / "nbgrader_config.py").open("a") as file:
        file.write("c.AssignLatePenalties.plugin_class = 'flat_late.Flat'\n")
    desk.hand_in("ann", flask="# 10\n")
    desk.hand_in("ben", flask="# 10\n")
    (desk.path / "submitted/ann/greeting/timestamp.txt").write_text("2026-01-02 00:00:00 UTC")
    assert "greeting has no due date: no late penalty can be computed." in graded(desk)[1]
    judged: list[str] = import_module("nb_fakes").GRADED
    judged.clear()
    due(desk, "2026-01-01")
    told = graded(desk)[1]
    assert "ann 0 → 4 (the due date or the time of the hand-in changed)" in told
    assert "no timestamp: no late penalty can be computed for ben." in told
    (desk.path / "flat_late.py").write_text(PLUGIN.format(points="score + 7"))
    assert "ann 4 → 10 (the plugin changed)" in graded(desk)[1]
    assert table(desk)["greeting", "ann"]["score"] == "0"
    due(desk, "2026-01-03")
    assert "ann 10 → 0" in graded(desk)[1]
    assert table(desk)["greeting", "ann"]["score"] == "10"
    assert judged == []


def test_a_plugin_that_fails_breaks_only_late_hand_ins_and_one_that_cannot_load_is_named(desk: Desk) -> None:
    with (desk.path / "nbgrader_config.py").open("a") as file:
        file.write("c.AssignLatePenalties.plugin_class = 'failing_late.Flat'\n")
    desk.hand_in("ann", flask="# 10\n")
    desk.hand_in("ben", flask="# 10\n")
    (desk.path / "submitted/ann/greeting/timestamp.txt").write_text("2026-01-02 00:00:00 UTC")
    due(desk, "2026-01-01")
    with pytest.raises(CourseError, match="failing_late"):
        desk.autograde()
    for value in ("1 / 0", "float('nan')"):
        (desk.path / "failing_late.py").write_text(PLUGIN.format(points=value))
        assert desk.autograde()["ann"].status is Status.BROKEN
        assert "failing_late.Flat, failed" in desk.journal.standings("greeting")["ann"].reason
    assert set(desk.autograde(force=True, students=["ben"])) == {"ben"}
    rows = table(desk)
    assert (rows["greeting", "ann"]["status"], rows["greeting", "ben"]["score"]) == ("broken", "10")
