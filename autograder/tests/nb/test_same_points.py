"""Real hand-ins, really run: every way of grading gives the same points, cell by cell."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.nb.record import autograde

from .conftest import Desk
from .nb_server import serving

EXPECTED = {
    "ann": {"greeting-flask": 10, "greeting-fastapi": 10},
    "ben": {"greeting-flask": 6, "greeting-fastapi": 8},
    "cy": {"greeting-flask": 0, "greeting-fastapi": 0},
    "dot": {"greeting-flask": 0, "greeting-fastapi": 4},
}


def hand_in_all(desk: Desk) -> None:
    solutions = desk.course / "solutions" / "greeting"
    wrong = desk.course / "autograder" / "hidden" / "greeting" / "wrong"

    def put(student: str, flask: Path, fastapi: Path) -> None:
        desk.hand_in(student, flask=flask.read_text("utf-8"), fastapi=fastapi.read_text("utf-8"))

    put("ann", solutions / "flask_app.py", solutions / "fastapi_app.py")
    put("ben", wrong / "stock_errors.flask.py", wrong / "ascii_only.fastapi.py")
    desk.hand_in("cy")
    put("dot", wrong / "always_ada.flask.py", wrong / "always_ada.fastapi.py")
    (desk.path / "submitted/dot/greeting/flask_app.py").write_text("raise SystemExit(0)\n", "utf-8")


def copied(desk: Desk, home: Path) -> Desk:
    shutil.copytree(desk.path.parent, home)
    return Desk(home / desk.path.name, home / desk.course.name)


def trusting(desk: Desk) -> Desk:
    """The machine that tests run on may offer no wall; these hand-ins need none."""
    with (desk.path / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("c.Judge.trust_submissions = True\n")
    return desk


@pytest.mark.slow
def test_command_line_batch_and_button_give_the_same_points(plain_desk: Desk, tmp_path: Path) -> None:
    hand_in_all(trusting(plain_desk))
    by_batch, by_button = copied(plain_desk, tmp_path / "batch"), copied(plain_desk, tmp_path / "button")
    plain_desk.nbgrader("autograde", "greeting")
    autograde(by_batch.path, "greeting", jobs=2)
    with serving(by_button.path, tmp_path / "home") as server:
        for student in EXPECTED:
            assert server.api(f"submission/greeting/{student}/autograde", b"{}")["success"]
    assert plain_desk.grades() == EXPECTED
    assert by_batch.grades() == EXPECTED
    assert by_button.grades() == EXPECTED
