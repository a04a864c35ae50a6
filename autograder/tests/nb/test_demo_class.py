"""The bundled class, really graded: every student gets what the roll demands, whichever way is taken."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from .nb_server import serving

ROOT = Path(__file__).parents[3]
EVERYTHING = tomllib.loads((ROOT / "autograder/demo/class.toml").read_text("utf-8"))["student"]
ROLL = [student for student in EVERYTHING if student.get("topic", "routing") == "routing"]
TOPICS = ("routing", "validation", "databases")
UNREAD = {student["id"] for student in ROLL if student.get("status") == "not_understood"}
HANDED_IN = {student["id"] for student in ROLL if student.get("status") != "missing"} - UNREAD
PARTS = ("flask", "fastapi")
FULL = dict.fromkeys(PARTS, 20.0)

Points = dict[str, dict[str, float | None]]


@dataclass(frozen=True)
class Demo:
    """A demo that has run."""

    folder: Path
    said: str

    def rows(self, topic: str) -> dict[str, dict[str, str]]:
        with (self.folder / "grades.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["assignment"] == topic]
        return {row["student_id"]: row for row in rows}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("a demo") / "the class"
    command = [sys.executable, "-m", "autograder", "demo", "--build", str(folder)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return Demo(folder, ran.stdout)


def cells(folder: Path) -> Points:
    """Automatic points by student and part, straight from the gradebook."""
    query = """
        SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score FROM grade
        JOIN base_cell ON base_cell.id = grade.cell_id
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    """
    found: Points = {}
    database = sqlite3.connect(folder / "gradebook.db")
    for student, cell, points in database.execute(query):
        if cell.startswith("routing-"):
            found.setdefault(student, {})[cell.removeprefix("routing-")] = points
    database.close()
    return found


def demanded() -> Points:
    return {student["id"]: student["points"] for student in ROLL if student["id"] in HANDED_IN}


def wiped(demo: Demo, place: Path) -> Path:
    """A copy of the demo in which nothing is graded: no points, no results, no verdict kept."""
    folder = place / "a copy"
    shutil.copytree(demo.folder, folder, symlinks=True, copy_function=_copy)
    shutil.rmtree(folder / "autograded")
    shutil.rmtree(folder / ".course" / "cache")
    for journal in (folder / ".course").glob("journal.sqlite*"):
        journal.unlink()
    database = sqlite3.connect(folder / "gradebook.db")
    database.execute("UPDATE grade SET auto_score = NULL")
    database.commit()
    database.close()
    assert {points for each in cells(folder).values() for points in each.values()} == {None}
    return folder


def _copy(source: str, target: str) -> None:
    """Copy plain files; a FIFO would block whoever opens it."""
    if Path(source).is_file():
        shutil.copy2(source, target)


@pytest.mark.slow
@pytest.mark.parametrize("topic", TOPICS)
def test_every_student_gets_what_the_roll_demands(demo: Demo, topic: str) -> None:
    handed_in = [student for student in EVERYTHING if student.get("topic", "routing") == topic]
    assert len(ROLL) >= 24
    assert len(handed_in) >= 4
    rows = demo.rows(topic)
    assert set(rows) == {student["id"] for student in EVERYTHING}
    for student in handed_in:
        row = rows.pop(student["id"])
        points = student.get("points")
        assert row["status"] == student.get("status", "graded"), student
        assert row["score"] == ("" if points is None else f"{sum(points.values()):g}"), student
        for part in PARTS:
            assert row[f"{topic}:{part}"] == ("" if points is None else f"{points[part]:g}"), student
    assert {(row["status"], row["score"]) for row in rows.values()} <= {("missing", "")}


@pytest.mark.slow
def test_the_terminal_shows_every_student_and_says_where_the_pages_are(demo: Demo) -> None:
    for student in ROLL:
        assert f" {student['id']} " in demo.said
    assert "Every grade is what the class roll demands" in demo.said
    assert "grades.csv" in demo.said


@pytest.mark.slow
def test_everyone_who_handed_in_gets_a_page_and_none_holds_what_a_link_led_to(demo: Demo) -> None:
    for student in HANDED_IN:
        page = (demo.folder / "feedback" / student / "routing" / "routing.html").read_text("utf-8")
        assert "root:x:0" not in page
        assert "of 40 points" in page or "nothing" in page.lower(), student


@pytest.mark.slow
def test_grading_without_nbgrader_gives_the_same_points(demo: Demo) -> None:
    command = [sys.executable, "-m", "autograder", "grade", str(demo.folder / "submitted")]
    ran = subprocess.run(
        [*command, "--topic", "routing", "--json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    reports = [json.loads(line) for line in ran.stdout.splitlines()]
    told = {each["student"]: {part["name"]: part["points"] for part in each["parts"]} for each in reports}
    # The command names the topic, so it can also grade a folder whose name does not say which topic it is of.
    assert {student: told.pop(student) for student in UNREAD} == dict.fromkeys(UNREAD, FULL)
    assert told == demanded()


@pytest.mark.slow
def test_nbgraders_own_command_gives_the_same_points(demo: Demo, tmp_path: Path) -> None:
    folder = wiped(demo, tmp_path)
    command = [sys.executable, "-m", "nbgrader", "autograde", "routing"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert cells(folder) == demanded()


@pytest.mark.slow
def test_the_formgraders_button_gives_the_same_points(demo: Demo, tmp_path: Path) -> None:
    folder = wiped(demo, tmp_path)
    # The verdicts are kept here, as they would be after a first run: the button records them one by one.
    shutil.copytree(demo.folder / ".course" / "cache", folder / ".course" / "cache")
    home = tmp_path / "home"
    home.mkdir()
    enabled = {"ServerApp": {"jpserver_extensions": {"nbgrader.server_extensions.formgrader": True}}}
    (home / "jupyter_server_config.json").write_text(json.dumps(enabled))
    with serving(folder, home) as server:
        for student in sorted(HANDED_IN):
            outcome = server.api(f"submission/routing/{quote(student)}/autograde", b"{}")
            assert outcome["success"], outcome
    assert cells(folder) == demanded()
