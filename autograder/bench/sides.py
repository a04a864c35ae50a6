"""What is compared: each side prepares the same class for itself, grades it, and tells the points."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from autograder.bench import otter, stock
from autograder.bench.classes import Class, contract_parts
from autograder.bench.measure import Cost, measured
from autograder.bench.stock import StockPart
from autograder.checks.runner import CheckRunner
from autograder.frameworks import FRAMEWORKS
from autograder.nb.build import build_course
from autograder.nb.folder import GradingFolder

__all__ = ["SIDES", "Side", "sides_of"]

SIDES = {
    "ours": "ours, into gradebook",
    "again": "ours, from the cache",
    "alone": "ours, reports only",
    "stock": "stock nbgrader",
    "otter": "otter-grader",
}
"""What can be measured, in the order in which a round does it."""

# Stock nbgrader calls `alembic` by its bare name, as it lies beside the interpreter.
_PATH = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


class Side(Protocol):
    """One way of grading the class."""

    def prepare(self) -> None:
        """Lay out everything that is not grading."""

    def grade(self) -> Cost:
        """Grade the whole class, measured."""

    def points(self) -> Mapping[str, float]:
        """Each student's points, as this side says them."""


def sides_of(graded: Class, folder: Path, *, otter_python: Path | None) -> dict[str, Side]:
    """Every side of one round, by name.

    Args:
        graded: the class.
        folder: empty; for this round alone.
        otter_python: a Python with otter-grader and this package; this one when not given.
    """
    ours = _Ours(graded, folder / "ours")
    return {
        "ours": ours,
        "again": _Again(ours),
        "alone": _Alone(ours),
        "stock": _Stock(ours, folder / "stock"),
        "otter": _Otter(ours, folder / "otter", otter_python or Path(sys.executable)),
    }


class _Ours:
    def __init__(self, graded: Class, folder: Path) -> None:
        self.graded = graded
        self.folder = folder
        self._autograde = ["autograde", graded.topic.name, "--build", str(folder), "--jobs", str(graded.jobs)]

    @property
    def parts(self) -> list[StockPart]:
        """The parts with their checks as collected."""
        places = self.graded.catalog.places(self.graded.topic.name)
        parts = []
        for name in contract_parts(self.graded.topic):
            files = places.hidden_checks(name)
            with CheckRunner(files) as runner:
                parts.append(StockPart(name, FRAMEWORKS[name], files, runner.infos))
        return parts

    @property
    def seed(self) -> str:
        """The seed of the hidden inputs, the same for all sides."""
        return GradingFolder(self.folder).seed(self.graded.topic.name)

    def prepare(self) -> None:
        name = self.graded.topic.name
        build_course(self.graded.catalog, self.folder, [name])
        measured([sys.executable, "-m", "nbgrader", "generate_assignment", name], cwd=self.folder)
        notebook = (self.folder / "release" / name / f"{name}.ipynb").read_bytes()
        for student, files in self.graded.students():
            place = self.folder / "submitted" / student / name
            place.mkdir(parents=True)
            (place / f"{name}.ipynb").write_bytes(notebook)
            for part, source in files.items():
                (place / f"{FRAMEWORKS[part].module}.py").write_text(source, "utf-8")

    def grade(self, *more: str) -> Cost:
        command = [sys.executable, "-m", "autograder", *self._autograde, *more]
        return measured(command, cwd=self.graded.catalog.root)

    def points(self) -> Mapping[str, float]:
        return _in_gradebook(self.folder / "gradebook.db")


class _Again:
    """The class as it was just graded, graded by force."""

    def __init__(self, ours: _Ours) -> None:
        self._ours = ours

    def prepare(self) -> None:
        """Nothing: the verdicts of the first time are kept."""

    def grade(self) -> Cost:
        return self._ours.grade("--force")

    def points(self) -> Mapping[str, float]:
        return self._ours.points()


class _Alone:
    """The class's reports on standard output, and no gradebook."""

    def __init__(self, ours: _Ours) -> None:
        self._ours = ours
        self._reports = ours.folder.with_name("reports.jsonl")

    def prepare(self) -> None:
        """Nothing: the hand-ins are those of the gradebook's folder."""

    def grade(self) -> Cost:
        graded = self._ours.graded
        words = ["grade", str(self._ours.folder / "submitted"), "--topic", graded.topic.name]
        words += ["--jobs", str(graded.jobs), "--json", "--fresh"]
        command = [sys.executable, "-m", "autograder", *words]
        return measured(command, cwd=graded.catalog.root, output=self._reports)

    def points(self) -> Mapping[str, float]:
        reports = [json.loads(line) for line in self._reports.read_text("utf-8").splitlines()]
        return {report["student"]: report["points"] for report in reports}


class _Stock:
    """nbgrader as it comes: every check a cell."""

    def __init__(self, ours: _Ours, folder: Path) -> None:
        self._ours = ours
        self._folder = folder

    def prepare(self) -> None:
        graded = self._ours.graded
        places = graded.catalog.places(graded.topic.name)
        self._folder.mkdir()
        stock.write_course(self._folder, graded.topic, places, self._ours.parts, self._ours.seed)
        self._nbgrader("generate_assignment")
        for student, sources in graded.students():
            stock.hand_in(self._folder, graded.topic, student, sources)

    def grade(self) -> Cost:
        return self._nbgrader("autograde")

    def points(self) -> Mapping[str, float]:
        return _in_gradebook(self._folder / "gradebook.db")

    def _nbgrader(self, step: str) -> Cost:
        command = [sys.executable, "-m", "nbgrader", step, self._ours.graded.topic.name]
        return measured(command, cwd=self._folder, env=_PATH)


class _Otter:
    """otter-grader without its containers, the class spread over the same cores."""

    def __init__(self, ours: _Ours, folder: Path, python: Path) -> None:
        self._ours = ours
        self._folder = folder
        self._python = python
        self._told = folder / "points.json"

    def prepare(self) -> None:
        graded = self._ours.graded
        otter.write_course(self._folder, self._ours.parts, self._ours.seed)
        for student, sources in graded.students():
            otter.hand_in(self._folder, student, sources, self._ours.parts)

    def grade(self) -> Cost:
        command = [str(self._python), "-m", "autograder.bench.otterrun", str(self._folder), str(self._told)]
        package = {"PYTHONPATH": str(Path(__file__).parents[2])}
        return measured([*command, str(self._ours.graded.jobs)], cwd=self._folder, env=package)

    def points(self) -> Mapping[str, float]:
        points: dict[str, float] = json.loads(self._told.read_text("utf-8"))
        return points


def _in_gradebook(gradebook: Path) -> dict[str, float]:
    """Points of each student, read straight from the gradebook."""
    query = """
        SELECT submitted_assignment.student_id, SUM(grade.auto_score) FROM grade
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
        GROUP BY submitted_assignment.student_id
    """
    database = sqlite3.connect(gradebook)
    try:
        return {student: points for student, points in database.execute(query) if points is not None}
    finally:
        database.close()
