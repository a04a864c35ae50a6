"""Grading folders of the toy course, with nbgrader's own release step already done."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.catalog import Catalog, load
from autograder.nb.build import build_course
from autograder.nb.cover import MEMO_STARTER
from autograder.nb.journal import Journal
from autograder.nb.record import autograde
from autograder.report.model import Report

HERE = Path(__file__).parent
TOY = HERE.parent / "toy"

FAKE = """
import os, sys
sys.path.insert(0, {here!r})
c.Judge.grader = "nb_fakes.open_fake"
c.Autograde.autograde_preprocessors.insert(1, "nb_fakes.Die")
c.Autograde.autograde_preprocessors.append("nb_fakes.DieAfter")
c.Autograde.post_convert_hook = "nb_fakes.die_or_finish"
"""

RELEASE = """
import sys
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import GenerateAssignment
app = NbGrader()
app.initialize([], root=sys.argv[1])
for topic in ("greeting", "opinion"):
    app.coursedir.assignment_id = topic
    GenerateAssignment(coursedir=app.coursedir, parent=app).start()
"""


@dataclass(frozen=True)
class Desk:
    """A grading folder, and what a test does with it.

    Attributes:
        path: the grading folder.
        course: the copy of the toy course that it was built from.
    """

    path: Path
    course: Path

    @property
    def catalog(self) -> Catalog:
        return load(self.course)

    @property
    def journal(self) -> Journal:
        return Journal(self.path / ".course" / "journal.sqlite")

    def hand_in(self, student: str, topic: str = "greeting", **files: str) -> Path:
        """Hand in the release, with some files replaced; ``flask`` stands for ``flask_app.py``."""
        place = self.path / "submitted" / student / topic
        if place.exists():
            shutil.rmtree(place)
        shutil.copytree(self.path / "release" / topic, place)
        for name, text in files.items():
            (place / f"{name}_app.py").write_text(text, "utf-8")
        return place

    def memo(self, student: str, text: str) -> Path:
        """Hand in the opinion topic with this answer."""
        place = self.hand_in(student, "opinion")
        path = place / "opinion.ipynb"
        notebook = json.loads(path.read_text("utf-8"))
        answers = [cell for cell in notebook["cells"] if cell["metadata"]["nbgrader"]["solution"]]
        assert answers[0]["source"] in (MEMO_STARTER, [MEMO_STARTER])
        answers[0]["source"] = text
        path.write_text(json.dumps(notebook), "utf-8")
        return path

    def autograde(self, topic: str = "greeting", **options: Any) -> dict[str, Report]:
        """Grade as `course autograde` does; returns the reports by student."""
        return {report.student: report for report in autograde(self.path, topic, **options)}

    def nbgrader(self, *words: str, code: int | None = 0, **environment: str) -> str:
        """Run nbgrader's own command line; returns all that it printed."""
        done = self.start(*words, **environment)
        said, _ = done.communicate(timeout=120)
        assert code is None or done.returncode == code, said
        return said

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=self.path,
            env={**os.environ, "PYTHONWARNINGS": "ignore", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def grades(self, topic: str = "greeting") -> dict[str, dict[str, float | None]]:
        """Automatic points by student and cell, straight from the gradebook's tables."""
        found: dict[str, dict[str, float | None]] = {}
        for student, cell, auto, *_ in self._grade_rows(topic):
            found.setdefault(student, {})[cell] = auto
        return found

    def flags(self, topic: str) -> dict[str, bool]:
        """By cell, whether a person has to look; for topics with one student."""
        return {cell: bool(flag) for _, cell, _, _, _, flag in self._grade_rows(topic)}

    def person(self, cell: str, **columns: float | None) -> None:
        """What the formgrader writes when a person grades a cell."""
        changes = ", ".join(f"{column} = ?" for column in columns)
        query = f"""UPDATE grade SET {changes}, needs_manual_grade = 0
            WHERE cell_id = (SELECT id FROM base_cell WHERE name = ?)"""
        with sqlite3.connect(self.path / "gradebook.db") as database:
            assert database.execute(query, (*columns.values(), cell)).rowcount == 1

    def manual(self, cell: str) -> tuple[float | None, float | None]:
        """Manual points and extra credit of a cell, for topics with one student."""
        rows = [row for topic in ("greeting", "opinion") for row in self._grade_rows(topic)]
        return next((manual, extra) for _, name, _, manual, extra, _ in rows if name == cell)

    def notebook(self, student: str, topic: str = "greeting") -> Any:
        path = self.path / "autograded" / student / topic / f"{topic}.ipynb"
        return json.loads(path.read_text("utf-8"))

    def _grade_rows(self, topic: str) -> Sequence[tuple[Any, ...]]:
        query = """SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score,
                grade.manual_score, grade.extra_credit, grade.needs_manual_grade
            FROM grade JOIN base_cell ON base_cell.id = grade.cell_id
            JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
            JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
            JOIN assignment ON assignment.id = submitted_assignment.assignment_id
            WHERE assignment.name = ? ORDER BY 1, 2"""
        with sqlite3.connect(self.path / "gradebook.db") as database:
            return database.execute(query, (topic,)).fetchall()


def copy_toy(target: Path) -> Path:
    """The toy course as a course of its own."""
    shutil.copytree(TOY, target, ignore=shutil.ignore_patterns("__pycache__", "conftest.py"))
    return target


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course and its grading folder, both topics released by nbgrader itself."""
    home = tmp_path_factory.mktemp("a desk")
    course = copy_toy(home / "the course")
    build_course(load(course), home / "grading here")
    # One process for both topics: importing nbgrader is what takes the time.
    subprocess.run(
        [sys.executable, "-c", RELEASE, str(home / "grading here")], check=True, capture_output=True
    )
    return home


@pytest.fixture
def plain_desk(released: Path, tmp_path: Path) -> Desk:
    """A desk with the configuration as it is built: hand-ins are really run."""
    home = tmp_path / "my desk"
    shutil.copytree(released, home)
    return Desk(home / "grading here", home / "the course")


@pytest.fixture
def desk(plain_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with a grader that does what the hand-ins say."""
    monkeypatch.syspath_prepend(str(HERE))
    with (plain_desk.path / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(FAKE.format(here=str(HERE)))
    return plain_desk
