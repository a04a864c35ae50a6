"""After kill -9 at any step the next run does the rest, and no half grade stands."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from .conftest import Desk

STEPS = ("judging", "between", "recorded", "written")
"""Before the judging; judged, not in the gradebook; in the gradebook; on the disk, the journal unaware."""


def desks(desk: Desk, tmp_path: Path) -> dict[str, Desk]:
    """A copy of the desk for each step, so that all can run at once."""
    desk.hand_in("ann", flask="# 3\n", fastapi="# 4\n")
    desk.hand_in("ben", flask="# 5\n", fastapi="# 6\n")
    copies = {}
    for step in STEPS:
        home = tmp_path / f"killed {step}"
        shutil.copytree(desk.path.parent, home)
        copies[step] = Desk(home / desk.path.name, home / desk.course.name)
    return copies


@pytest.mark.slow
def test_killed_at_any_step_the_next_run_makes_it_whole(desk: Desk, tmp_path: Path) -> None:
    copies = desks(desk, tmp_path)
    killed = {step: each.start("autograde", "greeting", NB_FAKES_DIE=step) for step, each in copies.items()}
    for step, process in killed.items():
        said, _ = process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL, said
        assert not copies[step].journal.standings("greeting")["ann"].complete
        points = set(copies[step].grades().get("ann", {}).values())
        assert points == ({3, 4} if step in ("recorded", "written") else {None})
    again = {step: each.start("autograde", "greeting") for step, each in copies.items()}
    for step, process in again.items():
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
        assert copies[step].grades() == {
            "ann": {"greeting-flask": 3, "greeting-fastapi": 4},
            "ben": {"greeting-flask": 5, "greeting-fastapi": 6},
        }
        standings = copies[step].journal.standings("greeting")
        assert all(standing.complete for standing in standings.values())
        copies[step].notebook("ann")
        assert set(copies[step].autograde()) == set()


@pytest.mark.slow
def test_stock_nbgrader_leaves_alone_what_is_whole_and_regrades_what_changed(desk: Desk) -> None:
    desk.hand_in("ann", flask="# 3\n")
    desk.hand_in("ben", flask="# 5\n")
    desk.nbgrader("autograde", "greeting")
    (desk.path / "submitted/ben/greeting/flask_app.py").write_text("# 6\n")
    desk.hand_in("cy", flask="# 7\n")
    said = desk.nbgrader("autograde", "greeting")
    assert "Skipping existing assignment" in said
    assert {name: points["greeting-flask"] for name, points in desk.grades().items()} == {
        "ann": 3,
        "ben": 6,
        "cy": 7,
    }
