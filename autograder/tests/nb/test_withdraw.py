"""Withdrawing: the grade goes, the hand-in stays, and a new hand-in is graded as any other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.nb.withdraw import withdraw

from .conftest import Desk
from .test_begin import graded, remove_student
from .test_export import table


def test_a_withdrawn_submission_is_moved_and_its_grade_removed(desk: Desk) -> None:
    for student in ("ann", "ben"):
        desk.hand_in(student, flask="# 10\n")
    desk.autograde()
    done = withdraw(desk.path, "greeting", "ben", reason="filed under the wrong name")
    assert (done.points, done.files) == (10, ("ben/greeting",))
    assert set(desk.grades()) == {"ann"}
    for name in ("submitted", "inbox", "autograded"):
        assert not (desk.path / name / "ben").exists()
        assert any((desk.path / done.moved_to / name).rglob("flask_app.py"))
    row = table(desk)["greeting", "ben"]
    assert (row["status"], row["score"]) == ("withdrawn", "")
    assert row["reason"] == f"filed under the wrong name; the files are in {done.moved_to}"
    assert graded(desk) == (set(), "")
    with pytest.raises(UsageError, match="withdrawn already"):
        withdraw(desk.path, "greeting", "ben")


def test_a_new_submission_after_a_withdrawal_is_graded(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n", fastapi="# 1\n")
    desk.autograde()
    desk.person("greeting-fastapi", manual_score=7.0)
    done = withdraw(desk.path, "greeting", "ann")
    kept = json.loads((desk.path / done.moved_to / "grade.json").read_text())
    assert [grade["manual_score"] for grade in kept["grades"]].count(7.0) == 1
    shutil.move(desk.path / done.moved_to / "submitted/ann/greeting", desk.path / "submitted/ann/greeting")
    assert graded(desk)[0] == {"ann"}
    assert table(desk)["greeting", "ann"]["score"] == "11"
    again = withdraw(desk.path, "greeting", "ann")
    assert again.moved_to != done.moved_to


def test_every_version_in_submitted_is_withdrawn_and_other_topics_stay(desk: Desk) -> None:
    place = desk.hand_in("ann", flask="# 10\n")
    desk.hand_in("ann", "opinion")
    shutil.make_archive(str(place), "zip", place)
    shutil.copy(place.with_suffix(".zip"), place.with_name("greeting (1).zip"))
    desk.autograde()
    assert len(withdraw(desk.path, "greeting", "ann").files) == 3
    assert [path.name for path in (desk.path / "submitted/ann").iterdir()] == ["opinion"]
    assert graded(desk) == (set(), "")


@pytest.mark.parametrize("left", ["the gradebook", "the journal"])
def test_what_only_one_of_gradebook_and_journal_knows_can_be_withdrawn(desk: Desk, left: str) -> None:
    desk.hand_in("ann", flask="# 10\n")
    desk.autograde()
    shutil.rmtree(desk.path / "submitted/ann")
    if left == "the journal":
        remove_student(desk, "ann")
    assert "course withdraw greeting ann" in graded(desk)[1]
    withdraw(desk.path, "greeting", "ann")
    assert graded(desk) == (set(), "")
    assert desk.grades() == {}


def test_a_student_without_a_submission_cannot_be_withdrawn(desk: Desk) -> None:
    with pytest.raises(UsageError, match="no hand-in of zoe for greeting"):
        withdraw(desk.path, "greeting", "zoe")
    assert not Path(desk.path / "withdrawn").exists()
