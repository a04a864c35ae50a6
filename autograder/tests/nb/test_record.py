"""Grading a class into nbgrader's gradebook, with a grader that does what the hand-ins say."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from importlib import import_module
from pathlib import Path

import pytest
from nbconvert.writers import FilesWriter

from autograder.errors import CourseError, UsageError
from autograder.flow import most_under_way
from autograder.nb import lock
from autograder.nb.journal import Kind
from autograder.report.model import Report
from autograder.verdict import Status

from .conftest import Desk


def test_points_of_all_parts_reach_the_gradebook(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n", fastapi="# 7.5\n")
    desk.hand_in("ben", flask="# 0\n", fastapi="# 10\n")
    reports = desk.autograde(jobs=2)
    assert {name: report.points for name, report in reports.items()} == {"ann": 17.5, "ben": 10}
    assert desk.grades() == {
        "ann": {"greeting-fastapi": 7.5, "greeting-flask": 10},
        "ben": {"greeting-fastapi": 10, "greeting-flask": 0},
    }


def test_what_was_graded_and_has_not_changed_is_left_alone(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 1\n")
    assert set(desk.autograde()) == {"ann"}
    desk.hand_in("ben", flask="# 2\n")
    assert set(desk.autograde()) == {"ben"}
    assert set(desk.autograde()) == set()
    assert set(desk.autograde(force=True)) == {"ann", "ben"}
    (desk.path / "submitted/ann/greeting/flask_app.py").write_text("# 3\n")
    assert set(desk.autograde()) == {"ann"}
    assert desk.grades()["ann"]["greeting-flask"] == 3


def test_only_the_students_asked_for_are_graded(desk: Desk) -> None:
    for student in ("ann", "ben", "cy"):
        desk.hand_in(student, flask="# 1\n")
    assert set(desk.autograde(students=["ben"])) == {"ben"}
    with pytest.raises(UsageError, match="Nothing was handed in for greeting by dot"):
        desk.autograde(students=["dot"])


def test_a_broken_verdict_records_nothing_and_is_tried_again(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n", fastapi="# broken\n")
    desk.hand_in("ben", flask="# 10\n", fastapi="# 10\n")
    reports = desk.autograde()
    assert reports["ann"].status is Status.BROKEN
    assert "ann" not in desk.grades()
    assert not (desk.path / "autograded" / "ann").exists()
    assert desk.grades()["ben"] == {"greeting-fastapi": 10, "greeting-flask": 10}
    standing = desk.journal.standings("greeting")["ann"]
    assert standing.reason == "fastapi: the sandbox fell over"
    assert set(desk.autograde()) == {"ann"}


def test_a_broken_regrade_leaves_no_result_of_the_earlier_hand_in(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n", fastapi="# 10\n")
    desk.autograde()
    desk.hand_in("ann", flask="# broken\n")
    desk.autograde()
    assert not (desk.path / "autograded" / "ann" / "greeting").exists()
    assert not desk.journal.standings("greeting")["ann"].complete


def test_one_bad_hand_in_stops_no_other(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 1\n")
    place = desk.hand_in("ben", flask="# 2\n")
    (place / "greeting.ipynb").write_bytes(b"\xff\x00 no notebook")
    place = desk.hand_in("cy", flask="# 3\n")
    (place / "flask_app.py").unlink()
    (place / "flask_app.py").symlink_to("/etc/passwd")
    desk.hand_in("dot", flask="# 4\n")
    (desk.path / "submitted" / "-rf *" / "greeting").mkdir(parents=True)
    reports = desk.autograde(jobs=2)
    assert set(reports) == {"ann", "ben", "cy", "dot"}
    assert {name: points["greeting-flask"] for name, points in desk.grades().items()} == {
        "ann": 1,
        "ben": 2,
        "cy": 0,
        "dot": 4,
    }
    assert "root:" not in (desk.path / "autograded/cy/greeting/greeting.ipynb").read_text()
    assert "could not be read" in (desk.path / "autograded/ben/greeting/greeting.ipynb").read_text()


def test_a_grader_that_falls_over_on_one_hand_in_grades_the_others(desk: Desk) -> None:
    desk.hand_in("ann", flask="# crash\n")
    desk.hand_in("ben", flask="# 2\n")
    reports = desk.autograde()
    assert reports["ann"].status is Status.BROKEN
    assert "RuntimeError: a fault of the grader's own" in desk.journal.standings("greeting")["ann"].reason
    assert {name: points["greeting-flask"] for name, points in desk.grades().items()} == {"ben": 2}


def test_progress_is_told_in_the_order_of_recording(desk: Desk) -> None:
    desk.hand_in("ann", flask="# slow\n")
    desk.hand_in("ben", flask="# 1\n")
    heard: list[tuple[str, int, int]] = []

    def hear(report: Report, done: int, total: int) -> None:
        heard.append((report.student, done, total))

    desk.autograde(jobs=2, on_progress=hear)
    assert heard == [("ben", 1, 2), ("ann", 2, 2)]


def test_a_class_is_judged_a_few_hand_ins_ahead_of_recording(desk: Desk) -> None:
    for number in range(15):
        desk.hand_in(f"s{number:02}", flask="# 1\n")
    judged: list[str] = import_module("nb_fakes").GRADED
    judged.clear()
    ahead: list[int] = []
    reports = desk.autograde(jobs=1, on_progress=lambda _, done, __: ahead.append(len(judged) - done))
    assert len(reports) == len(judged) == 15
    # As many are begun again while those that are done wait to be recorded.
    assert max(ahead) < 2 * most_under_way(1)


def test_what_is_told_in_the_end_is_no_whole_report(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n")
    whole: list[Report] = []
    told = desk.autograde(on_progress=lambda report, *_: whole.append(report))["ann"]
    assert (told.points, told.status) == (whole[0].points, whole[0].status)
    assert any(part.checks for part in whole[0].parts)
    assert not any(part.checks for part in told.parts)


def test_when_stopped_what_was_recorded_stays_and_the_next_run_does_the_rest(desk: Desk) -> None:
    for student in ("ann", "ben", "cy"):
        desk.hand_in(student, flask="# 1\n")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.autograde(on_progress=stop)
    done = set(desk.grades())
    assert len(done) == 1
    assert set(desk.autograde()) == {"ann", "ben", "cy"} - done


@pytest.mark.parametrize("step", ["between", "recorded"])
def test_stopped_inside_nbgrader_it_stops_and_the_hand_in_is_done_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    for student in ("ann", "ben"):
        desk.hand_in(student, flask="# 1\n")
    monkeypatch.setenv("NB_FAKES_DIE", f"ctrl-c {step}")
    with pytest.raises(KeyboardInterrupt):
        desk.autograde()
    assert not list(desk.path.glob("autograded/*/greeting"))
    monkeypatch.delenv("NB_FAKES_DIE")
    assert set(desk.autograde()) == {"ann", "ben"}


def test_a_full_disk_is_told_as_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.hand_in("ann", flask="# 1\n")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(FilesWriter, "write", full)
        with pytest.raises(CourseError, match="The disk is full"):
            desk.autograde()
    assert set(desk.autograde()) == {"ann"}


@pytest.mark.slow
def test_a_second_grader_is_refused_and_told_of_the_first(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 1\n")
    holder = desk.start("autograde", "greeting", NB_FAKES_DIE="wait")
    path = desk.path / ".course" / "grading.lock"
    assert lock.hold(path)
    try:
        said, _ = holder.communicate(timeout=60)
    finally:
        lock.release(path)
    assert holder.returncode == 1
    assert "This folder is being graded already: process" in said
    assert not (desk.path / "autograded").exists()


def test_a_locked_gradebook_is_waited_for_and_then_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.hand_in("ann", flask="# 1\n")
    monkeypatch.setenv("COURSE_DB_URL", f"sqlite:///{desk.path / 'gradebook.db'}?timeout=0.2")
    database = sqlite3.connect(desk.path / "gradebook.db", isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(CourseError, match="The gradebook is locked"):
            desk.autograde()
    finally:
        database.close()
    assert set(desk.autograde()) == {"ann"}


def test_a_gradebook_elsewhere_is_used_when_the_environment_names_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copy(desk.path / "gradebook.db", tmp_path / "other.db")
    monkeypatch.setenv("COURSE_DB_URL", f"sqlite:///{tmp_path / 'other.db'}")
    desk.hand_in("ann", flask="# 1\n")
    desk.autograde()
    assert desk.grades() == {}


@pytest.mark.slow
def test_a_hand_in_put_into_the_inbox_by_hand_is_not_graded(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 1\n")
    desk.autograde()
    shutil.copytree(desk.path / "inbox" / "ann", desk.path / "inbox" / "eve")
    said = desk.nbgrader("autograde", "greeting", code=1)
    assert "put into the inbox by hand" in said
    assert "eve" not in {name for name, points in desk.grades().items() if any(points.values())}


def test_what_was_finished_is_in_the_journal_with_its_report(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n")
    desk.autograde()
    standing = desk.journal.standings("greeting")["ann"]
    report = Report.model_validate_json(desk.journal.detail(standing.events[Kind.FINISHED]))
    assert standing.complete
    assert report.points == 3
