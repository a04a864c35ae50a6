"""The formgrader's pages and buttons, over HTTP as a browser uses them."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from .conftest import Desk
from .nb_server import serving


@pytest.mark.slow
@pytest.mark.parametrize("where", ["in the folder", "above it"])
def test_the_buttons_grade_as_the_command_line_does(desk: Desk, tmp_path: Path, where: str) -> None:
    desk.hand_in("ann", flask="# 3\n", fastapi="# 4\n")
    with serving(desk.path if where == "in the folder" else desk.path.parent, tmp_path / "home") as server:
        if where == "above it":
            server.page(f"/formgrader?path={quote(str(desk.path))}")
        desk.hand_in("ben", flask="# broken\n")
        listed = {each["student"]: each for each in server.api("submissions/greeting")}
        assert set(listed) == {"ann", "ben"}
        assert not listed["ann"]["autograded"]
        outcome = server.api("submission/greeting/ann/autograde", b"{}")
        assert outcome["success"], outcome
        assert desk.grades()["ann"] == {"greeting-flask": 3, "greeting-fastapi": 4}
        assert server.api("submission/greeting/ann")["autograded"]
        outcome = server.api("submission/greeting/ben/autograde", b"{}")
        assert not outcome["success"]
        assert "the sandbox fell over" in outcome["log"]
        assert desk.grades()["ben"] == {"greeting-flask": None, "greeting-fastapi": None}
        page = server.page(f"/formgrader/submissions/{server.notebook('ann', 'greeting')}/")
        assert "✗ failed" in page
        assert 'id="greeting-flask-comment"' in page
        comments = server.api(f"comments?submission_id={server.notebook('ann', 'greeting')}")
        assert {each["name"] for each in comments} == {"greeting-flask", "greeting-fastapi"}
        assert "<script>alert" not in page
        # The server runs on, and is no longer the one grader.
        assert set(desk.autograde()) == {"ben"}
        outcome = server.api("assignment/greeting/ann/generate_feedback", b"{}")
        assert outcome["success"], outcome
        feedback = (desk.path / "feedback/ann/greeting/greeting.html").read_text("utf-8")
        assert "7 of 20 points" in feedback
        assert "<script" not in feedback


@pytest.mark.slow
def test_a_person_grades_in_the_formgrader_and_the_grade_is_kept(desk: Desk, tmp_path: Path) -> None:
    desk.memo("ann", "Flask, <script>alert(1)</script> since my figures say so.")
    with serving(desk.path, tmp_path / "home") as server:
        assert server.api("submission/opinion/ann/autograde", b"{}")["success"]
        notebook = server.notebook("ann", "opinion")
        assert "<script>alert(1)" not in server.page(f"/formgrader/submissions/{notebook}/")
        (grade,) = server.api(f"grades?submission_id={notebook}")
        assert grade["needs_manual_grade"]
        given = json.dumps({"manual_score": 8, "extra_credit": 1}).encode()
        server.page(f"/formgrader/api/grade/{grade['id']}", given, method="PUT")
        assert server.api("submission/opinion/ann/autograde", b"{}")["success"]
        (grade,) = server.api(f"grades?submission_id={notebook}")
        assert (grade["manual_score"], grade["extra_credit"], grade["needs_manual_grade"]) == (8, 1, False)
        desk.memo("ann", "FastAPI.")
        assert server.api("submission/opinion/ann/autograde", b"{}")["success"]
        (grade,) = server.api(f"grades?submission_id={notebook}")
        assert (grade["manual_score"], grade["extra_credit"], grade["needs_manual_grade"]) == (8, 1, True)
