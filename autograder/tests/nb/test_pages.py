"""A feedback page shows the grade that counts, or says that it is older."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import GenerateFeedback

from autograder.nb.pages import NOTICE

from .conftest import Desk
from .test_export import table


def generate(desk: Desk, topic: str = "greeting") -> str:
    """Ann's page after nbgrader's generate_feedback, run in this process."""
    app = NbGrader()
    app.load_cwd_config = False
    app.initialize([], root=str(desk.path))
    app.coursedir.assignment_id = topic
    GenerateFeedback(coursedir=app.coursedir, parent=app).start()
    return page(desk, topic).read_text("utf-8")


def page(desk: Desk, topic: str = "greeting") -> Path:
    return desk.path / "feedback" / "ann" / topic / f"{topic}.html"


def test_a_resubmission_without_a_timestamp_gets_a_new_page(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n")
    desk.autograde()
    assert "3 of 20 points" in generate(desk)
    desk.hand_in("ann", flask="# 10\n")
    desk.autograde()
    assert "10 of 20 points" in generate(desk)
    assert NOTICE not in page(desk).read_text("utf-8")


def test_points_and_comments_entered_by_hand_reach_the_page(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    desk.memo("ann", "Flask.")
    desk.autograde("opinion")
    assert "0 of 10 points, so far" in generate(desk, "opinion")
    desk.person("opinion-memo", manual_score=7.5)
    assert table(desk)["opinion", "ann"]["score"] == "7.5"
    assert "Feedback pages older than their grades: ann." in capfd.readouterr().err
    assert "7.5 of 10 points<" in generate(desk, "opinion")
    with sqlite3.connect(desk.path / "gradebook.db") as database:
        database.execute("UPDATE comment SET manual_comment = 'Well argued.'")
    assert "Well argued." in generate(desk, "opinion")


def test_a_persons_comment_on_an_app_reaches_the_page(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n")
    desk.autograde()
    graded = [cell["metadata"]["nbgrader"] for cell in desk.notebook("ann")["cells"] if cell["metadata"]]
    assert [facts["solution"] for facts in graded if facts["grade"]] == [True, True]
    with sqlite3.connect(desk.path / "gradebook.db") as database:
        database.execute(
            "UPDATE comment SET manual_comment = 'Well routed.' "
            "WHERE cell_id = (SELECT id FROM base_cell WHERE name = 'greeting-flask' AND type = 'GradeCell')"
        )
    desk.autograde(force=True)
    text = generate(desk)
    assert (text.count("Well routed."), "No response" in text) == (1, False)


def test_provisional_points_are_marked_on_the_page(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n")
    desk.autograde()
    desk.person("greeting-flask", manual_score=6.5)
    desk.hand_in("ann", flask="# 10\n")
    desk.autograde()
    text = generate(desk)
    assert "6.5 of 20 points, provisional" in text
    assert text.count("? a person looks again") == 2


def test_a_page_that_is_up_to_date_is_not_made_again(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n")
    desk.autograde()
    generate(desk)
    before = page(desk).stat()
    generate(desk)
    assert page(desk).stat().st_mtime_ns == before.st_mtime_ns


def test_a_page_that_cannot_be_made_again_says_that_it_is_older(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n")
    desk.autograde()
    generate(desk)
    desk.hand_in("ann", flask="# broken\n")
    assert NOTICE in generate(desk)
    desk.autograde()
    text = page(desk).read_text("utf-8")
    assert (text.count(NOTICE), "3 of 20 points" in text) == (1, True)
    desk.hand_in("ann", flask="# 3\n")
    desk.autograde()
    assert NOTICE not in generate(desk)
