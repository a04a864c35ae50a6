"""A class graded into a gradebook on a real PostgreSQL server."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from autograder.tests.postgres import database_url, programs

from .conftest import RELEASE, Desk
from .test_same_points import EXPECTED, hand_in_all, trusting

PROGRAMS = programs()
QUERY = """SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score
    FROM grade JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL's server programs are not installed"),
]


@pytest.fixture
def url() -> Iterator[str]:
    assert PROGRAMS is not None
    with database_url(PROGRAMS) as made:
        yield made


@pytest.fixture
def desk(plain_desk: Desk, url: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A class that handed in; its releases are recorded in the server's database."""
    # What lies in "release" already, nbgrader does not release again.
    shutil.rmtree(plain_desk.path / "release")
    (plain_desk.path / "gradebook.db").unlink()
    monkeypatch.setenv("COURSE_DB_URL", url)
    command = [sys.executable, "-c", RELEASE, str(plain_desk.path)]
    released = subprocess.run(command, capture_output=True, text=True, check=False)
    assert released.returncode == 0, released.stderr
    hand_in_all(trusting(plain_desk))
    return plain_desk


def course(desk: Desk, *words: str) -> str:
    """Run the course's own command; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *words],
        cwd=desk.path,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def points(url: str) -> dict[str, dict[str, float | None]]:
    """Automatic points by student and cell, straight from the server's tables."""
    engine = create_engine(url)
    found: dict[str, dict[str, float | None]] = {}
    with engine.connect() as connection:
        for student, cell, earned in connection.execute(text(QUERY)):
            found.setdefault(student, {})[cell] = earned
    engine.dispose()
    return found


def forget(desk: Desk, url: str) -> None:
    """Take the points away, and what would say that they were given."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE grade SET auto_score = NULL"))
    engine.dispose()
    for path in (desk.path / ".course").glob("journal.sqlite*"):
        path.unlink()


def rows(path: Path) -> dict[str, tuple[str, str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["student_id"]: (row["status"], row["greeting:flask"], row["greeting:fastapi"])
            for row in csv.DictReader(file)
            if row["assignment"] == "greeting"
        }


def test_both_commands_give_the_same_points_there_and_export_reads_them(desk: Desk, url: str) -> None:
    course(desk, "autograde", "greeting")
    assert points(url) == EXPECTED
    forget(desk, url)
    assert {earned for cells in points(url).values() for earned in cells.values()} == {None}
    desk.nbgrader("autograde", "greeting", "--force")
    assert points(url) == EXPECTED
    desk.nbgrader("export")
    assert rows(desk.path / "grades.csv") == {
        student: ("graded", *(f"{earned:g}" for earned in cells.values()))
        for student, cells in EXPECTED.items()
    }
    assert not (desk.path / "gradebook.db").exists()
