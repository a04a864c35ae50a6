"""`nbgrader generate_assignment` without --force, after the course or the gradebook changed mid-term."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException

from autograder.nb.build import build_course
from autograder.verdict import Status

from .conftest import Desk
from .test_begin import graded
from .test_export import table


def generate(desk: Desk) -> None:
    """`course build` and `nbgrader generate_assignment greeting`."""
    build_course(desk.catalog, desk.path)
    app = NbGrader()
    app.load_cwd_config = False
    app.initialize([], root=str(desk.path))
    app.coursedir.assignment_id = "greeting"
    GenerateAssignment(coursedir=app.coursedir, parent=app).start()


def twelve_points(desk: Desk) -> None:
    """Flask's part has 12 points instead of 10 in course.toml."""
    toml = desk.course / "course.toml"
    text = toml.read_text().replace(
        'points = 10\nfiles = ["flask_app.py"]', 'points = 12\nfiles = ["flask_app.py"]'
    )
    toml.write_text(text.replace("points = 20", "points = 22").replace("points = 30", "points = 32"))


def test_points_count_as_released_until_the_new_ones_are(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n", fastapi="# 10\n")
    desk.autograde()
    twelve_points(desk)
    desk.hand_in("ben", flask="# 10\n", fastapi="# 5\n")
    desk.hand_in("cy", flask="# 12\n")

    remarks: list[str] = []
    reports = desk.autograde(on_remark=lambda remark: remarks.append(remark.text))
    assert "flask has 12 points in course.toml and 10 in the release" in remarks[0]
    assert "`nbgrader generate_assignment greeting`" in remarks[0]
    assert (reports["ben"].points, reports["ben"].max_points) == (15, 20)
    assert reports["cy"].status is Status.BROKEN
    assert {row["max_score"] for (topic, _), row in table(desk).items() if topic == "greeting"} == {"20"}
    generate(desk)
    row = table(desk)["greeting", "ann"]
    assert (row["status"], row["score"], row["max_score"]) == ("ungraded", "", "22")
    students, told = graded(desk)
    assert students == {"ann", "ben", "cy"}
    assert "2 grades are out of date because the points of greeting changed; grading again: ann, ben." in told
    rows = table(desk)
    assert [rows["greeting", student]["score"] for student in ("ann", "ben", "cy")] == ["20", "15", "12"]
    assert graded(desk) == (set(), "")


def test_new_checks_wait_for_their_points_and_what_is_graded_is_kept(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n")
    desk.autograde()
    twelve_points(desk)
    contract = desk.course / "autograder/hidden/greeting/test_contract.py"
    contract.write_text(f"{contract.read_text()}\n# two more points\n")
    students, told = graded(desk)
    assert students == set()
    assert "the hidden checks of greeting changed; kept until the new points are released: ann." in told
    assert desk.autograde(force=True) == {}
    assert table(desk)["greeting", "ann"]["score"] == "10"


def test_a_release_that_is_as_its_source_is_left_alone(desk: Desk) -> None:
    notebook = desk.path / "release/greeting/greeting.ipynb"
    before = notebook.stat().st_mtime_ns
    generate(desk)
    assert notebook.stat().st_mtime_ns == before
    starter = desk.course / "exercises/greeting/flask_app.py"
    starter.write_text(f"{starter.read_text()}# another line\n")
    generate(desk)
    assert (desk.path / "release/greeting/flask_app.py").read_text().endswith("# another line\n")


def test_another_gradebook_gets_the_assignment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.hand_in("ann", flask="# 10\n")
    desk.autograde()
    monkeypatch.setenv("COURSE_DB_URL", f"sqlite:///{tmp_path / 'other.db'}")
    generate(desk)
    assert graded(desk)[0] == {"ann"}
    assert table(desk)["greeting", "ann"]["score"] == "10"


def test_new_parts_of_a_submitted_assignment_are_refused_and_the_old_release_stays(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 10\n")
    desk.autograde()
    toml = desk.course / "course.toml"
    toml.write_text(toml.read_text().replace('name = "flask"\nkind', 'name = "first"\nkind'))
    with pytest.raises(NbGraderException, match="greeting-first, greeting-flask"):
        generate(desk)
    assert (desk.path / "release/greeting/greeting.ipynb").is_file()
