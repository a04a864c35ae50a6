"""A person's grade belongs to the text for which it was given."""

from __future__ import annotations

import json

from autograder.verdict import Status

from .conftest import Desk


def sources(desk: Desk, student: str, topic: str) -> str:
    return "\n".join("".join(cell["source"]) for cell in desk.notebook(student, topic)["cells"])


def test_a_memo_waits_for_a_person(desk: Desk) -> None:
    desk.memo("ann", "Flask, since my figures say so.")
    assert desk.autograde("opinion")["ann"].status is Status.AWAITING_PERSON
    assert desk.grades("opinion") == {"ann": {"opinion-memo": None}}
    assert desk.flags("opinion") == {"opinion-memo": True}


def test_a_memo_that_was_not_written_is_a_zero_without_a_person(desk: Desk) -> None:
    desk.hand_in("ann", "opinion")
    desk.memo("ben", "  \n ")
    desk.autograde("opinion")
    assert desk.grades("opinion") == {"ann": {"opinion-memo": 0}, "ben": {"opinion-memo": 0}}
    assert desk.flags("opinion") == {"opinion-memo": False}


def test_a_deleted_answer_is_put_back_as_released_and_is_a_zero(desk: Desk) -> None:
    path = desk.memo("ann", "x")
    notebook = json.loads(path.read_text())
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["metadata"]["nbgrader"]["solution"]]
    path.write_text(json.dumps(notebook))
    desk.autograde("opinion")
    assert desk.grades("opinion") == {"ann": {"opinion-memo": 0}}


def test_unchanged_text_keeps_its_grade_without_a_flag(desk: Desk) -> None:
    desk.memo("ann", "Flask.")
    desk.autograde("opinion")
    desk.person("opinion-memo", manual_score=7.5, extra_credit=1.0)
    desk.autograde("opinion", force=True)
    assert desk.manual("opinion-memo") == (7.5, 1.0)
    assert desk.flags("opinion") == {"opinion-memo": False}
    assert "a person will look at it again" not in sources(desk, "ann", "opinion")


def test_changed_text_keeps_its_grade_and_is_flagged_and_noted(desk: Desk) -> None:
    desk.memo("ann", "Flask.")
    desk.autograde("opinion")
    desk.person("opinion-memo", manual_score=7.5, extra_credit=1.0)
    desk.memo("ann", "FastAPI, on second thoughts.")
    desk.autograde("opinion")
    assert desk.manual("opinion-memo") == (7.5, 1.0)
    assert desk.flags("opinion") == {"opinion-memo": True}
    assert "a person will look at it again" in sources(desk, "ann", "opinion")


def test_the_flag_stays_until_a_person_has_looked_and_no_longer(desk: Desk) -> None:
    desk.memo("ann", "Flask.")
    desk.autograde("opinion")
    desk.person("opinion-memo", manual_score=7.5)
    desk.memo("ann", "FastAPI.")
    desk.autograde("opinion")
    desk.autograde("opinion", force=True)
    assert desk.flags("opinion") == {"opinion-memo": True}
    desk.person("opinion-memo", manual_score=9.0)
    desk.autograde("opinion", force=True)
    assert desk.manual("opinion-memo") == (9.0, None)
    assert desk.flags("opinion") == {"opinion-memo": False}


def test_points_that_a_person_overrode_are_kept_and_flagged_when_the_app_changed(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n", fastapi="# 4\n")
    desk.autograde()
    desk.person("greeting-flask", manual_score=6.0)
    desk.person("greeting-fastapi", extra_credit=2.0)
    desk.autograde(force=True)
    assert desk.flags("greeting") == {"greeting-fastapi": False, "greeting-flask": False}
    desk.hand_in("ann", flask="# 5\n", fastapi="# 4\n")
    desk.autograde()
    assert desk.manual("greeting-flask") == (6.0, None)
    assert desk.manual("greeting-fastapi") == (None, 2.0)
    assert desk.grades()["ann"]["greeting-flask"] == 5
    assert desk.flags("greeting") == {"greeting-fastapi": False, "greeting-flask": True}


def test_a_lost_journal_flags_what_a_person_graded(desk: Desk) -> None:
    desk.memo("ann", "Flask.")
    desk.autograde("opinion")
    desk.person("opinion-memo", manual_score=7.5)
    (desk.path / ".course" / "journal.sqlite").unlink()
    desk.autograde("opinion")
    assert desk.manual("opinion-memo") == (7.5, None)
    assert desk.flags("opinion") == {"opinion-memo": True}


def with_a_file(desk: Desk) -> None:
    """Make the memo one that is handed in as a file, as an author would."""
    toml = desk.course / "course.toml"
    toml.write_text(toml.read_text().replace('"opinion.ipynb"', '"memo.md"'))


def test_a_memo_handed_in_as_a_file_is_shown_and_waits_for_a_person(desk: Desk) -> None:
    with_a_file(desk)
    place = desk.hand_in("ann", "opinion")
    (place / "memo.md").write_text("I choose **Flask** <script>alert(1)</script>.")
    desk.hand_in("ben", "opinion")
    desk.autograde("opinion")
    assert desk.grades("opinion") == {"ann": {"opinion-memo": None}, "ben": {"opinion-memo": 0}}
    assert "I choose **Flask** &lt;script>alert(1)&lt;/script>." in sources(desk, "ann", "opinion")


def test_a_grade_for_a_file_is_flagged_when_the_file_changed(desk: Desk) -> None:
    with_a_file(desk)
    place = desk.hand_in("ann", "opinion")
    (place / "memo.md").write_text("Flask.")
    desk.autograde("opinion")
    desk.person("opinion-memo", manual_score=7.5)
    desk.autograde("opinion", force=True)
    assert desk.flags("opinion") == {"opinion-memo": False}
    (place / "memo.md").write_text("FastAPI.")
    desk.autograde("opinion")
    assert desk.flags("opinion") == {"opinion-memo": True}
