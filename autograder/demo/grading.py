"""The demo: the bundled class through real nbgrader, and what came of it beside what must."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.catalog import Catalog, Topic
from autograder.demo.handin import write_hand_in
from autograder.demo.roll import Student
from autograder.devcheck.authored import authored_apps
from autograder.errors import GradingBroken, UsageError
from autograder.nb.build import build_course
from autograder.nb.folder import GradingFolder

__all__ = ["Row", "export", "feedback", "prepare", "read_rows"]


@dataclass(frozen=True, slots=True)
class Row:
    """One student as the exported CSV has it; None where a cell is empty."""

    student: str
    status: str
    score: float | None
    parts: dict[str, float | None]

    def differs(self, student: Student) -> str | None:
        """How the row differs from what the roll demands, or None."""
        wanted = {part: student.points.get(part) for part in self.parts}
        score = sum(student.points.values()) if student.points else None
        if (self.status, self.score, self.parts) == (student.status, score, wanted):
            return None
        told = f"{self.status}, {self.score}, {self.parts}"
        return f"{student.id}: {told}; must be {student.status}, {score}, {wanted}"


def prepare(catalog: Catalog, topics: Sequence[Topic], folder: Path, students: Sequence[Student]) -> None:
    """Build the folder anew and lay the class's hand-ins for these topics into it.

    Raises:
        UsageError: the folder holds something that no demo made.
    """
    marker = folder / ".course" / "demo"
    if folder.exists():
        if not marker.is_file():
            raise UsageError(
                "The folder is not one that a demo made.",
                where=str(folder),
                remedy="Name another with --build, or remove it yourself.",
            )
        shutil.rmtree(folder)
    build_course(catalog, folder, [topic.name for topic in topics])
    marker.touch()
    apps = {topic.name: authored_apps(catalog, topic) for topic in topics}
    for topic in topics:
        nbgrader(folder, "generate_assignment", topic.name)
        released = folder / "release" / topic.name / f"{topic.name}.ipynb"
        for student in students:
            if student.topic == topic.name:
                write_hand_in(student, apps, released, GradingFolder(folder).submitted)
    _enrol(folder, dict.fromkeys(student.id for student in students))


def _enrol(folder: Path, students: Iterable[str]) -> None:
    """Enter the students into the gradebook, as an instructor does with a class list."""
    roll = folder / "students.csv"
    with roll.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id"])
        writer.writerows([student] for student in students)
    nbgrader(folder, "db", "student", "import", roll.name)


def feedback(folder: Path, topic: Topic) -> None:
    """Make every student's feedback page, as an instructor would."""
    nbgrader(folder, "generate_feedback", topic.name)


def export(folder: Path) -> Path:
    """Export the gradebook, as an instructor would; returns the CSV."""
    nbgrader(folder, "export")
    return folder / "grades.csv"


def read_rows(path: Path, topic: Topic) -> list[Row]:
    """The rows that an exported CSV has for this topic."""
    parts = [part.name for part in topic.part]
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                student=row["student_id"],
                status=row["status"],
                score=_number(row["score"]),
                parts={part: _number(row[f"{topic.name}:{part}"]) for part in parts},
            )
            for row in csv.DictReader(file)
            if row["assignment"] == topic.name
        ]


def nbgrader(folder: Path, *arguments: str) -> None:
    """Run one of nbgrader's own commands in the folder. Raises GradingBroken when it fails."""
    ran = subprocess.run(  # noqa: S603 - nbgrader's own command
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        raise GradingBroken(
            f"`nbgrader {' '.join(arguments)}` failed: {ran.stderr[-2000:]}",
            where=str(folder),
            remedy="Run it there by hand, and correct what it names.",
        )


def _number(text: str) -> float | None:
    return float(text) if text else None
