"""`course demo`: a bundled class, from hand-ins to gradebook and feedback, in one command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.catalog import load
from autograder.commands.autograde import graded_with_bar
from autograder.errors import UsageError
from autograder.verdict import Status

try:
    from autograder.demo.grading import Row, export, feedback, prepare, read_rows
    from autograder.demo.roll import Student, read_roll
except ModuleNotFoundError as error:
    raise UsageError(
        f"The demo cannot run: {error.name} is missing.",
        where="course demo",
        remedy="Run it in a checkout of the author edition, installed with `pip install -e .[grade]`.",
    ) from error

__all__ = ["run"]

_TOPIC = "routing"
_SIGNS = {
    Status.GRADED: "✓ graded",
    Status.AWAITING_PERSON: "… awaits a person",
    Status.BROKEN: "! broken",
    Status.REFUSED: "× refused",
    Status.MISSING: "- missing",
}


def run(course: Path | None, build: Path, *, jobs: int) -> int:
    """Grade the class and show the gradebook. Returns 0, or 3 when a grade is not what it must be."""
    catalog = load(course)
    topic = catalog.ready_topic(_TOPIC)
    students = read_roll()
    folder = build if build.is_absolute() else catalog.root / build
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"A class of {len(students)} hands in [bold]{topic.title}[/], in Flask and in FastAPI.")
    prepare(catalog, topic, folder, students)
    graded_with_bar(folder, topic.name, jobs=jobs)
    with console.status("nbgrader writes the feedback pages"):
        feedback(folder, topic)
        table = export(folder)
    rows = read_rows(table, topic)
    console.print(_gradebook(rows, students, topic.points))
    other = _differences(rows, students)
    _tell(console, folder, table, other)
    return 3 if other else 0


def _gradebook(rows: Sequence[Row], students: Sequence[Student], points: int) -> Table:
    stories = {student.id: student.story for student in students}
    table = Table(title=f"nbgrader's gradebook, out of {points}", title_justify="left", box=None)
    table.add_column("student")
    table.add_column("status", no_wrap=True)
    for part in rows[0].parts:
        table.add_column(part, justify="right")
    table.add_column("score", justify="right")
    table.add_column("what was handed in", style="dim", ratio=1)
    for row in rows:
        cells = [_shown(points) for points in (*row.parts.values(), row.score)]
        table.add_row(row.student, _SIGNS[Status(row.status)], *cells, stories.get(row.student, ""))
    return table


def _shown(points: float | None) -> str:
    return "" if points is None else f"{points:g}"


def _differences(rows: Sequence[Row], students: Sequence[Student]) -> list[str]:
    """Where the gradebook is not what the roll demands."""
    by_id = {row.student: row for row in rows}
    absent = [f"{student.id}: not in the CSV" for student in students if student.id not in by_id]
    found = (by_id[student.id].differs(student) for student in students if student.id in by_id)
    return absent + [each for each in found if each is not None]


def _tell(console: Console, folder: Path, table: Path, other: Sequence[str]) -> None:
    if other:
        console.print(f"\n[bold]{len(other)} grades are not what they must be:[/]")
        for each in other:
            console.print(f"  {each}", markup=False)
    else:
        console.print("\nEvery grade is what the class roll demands (autograder/demo/class.toml).")
    console.print(f"CSV:       {table}\nFeedback:  {folder / 'feedback'}/<student>/{_TOPIC}/{_TOPIC}.html")
