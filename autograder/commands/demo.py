"""`course demo`: a bundled class, from hand-ins to gradebook and feedback, in one command."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.catalog import Topic
from autograder.commands.authoring import author_course
from autograder.commands.autograde import graded_with_bar
from autograder.errors import UsageError
from autograder.report.screen import Screen
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

_SIGNS = {
    Status.GRADED: "✓ graded",
    Status.AWAITING_PERSON: "… awaits a person",
    Status.BROKEN: "! broken",
    Status.REFUSED: "× refused",
    Status.MISSING: "- missing",
    Status.NOT_UNDERSTOOD: "? not understood",
}


def run(course: Path | None, build: Path, *, jobs: int) -> int:
    """Grade the class and show the gradebook. Returns 0, or 3 when a grade is not what it must be."""
    catalog = author_course(course)
    students = read_roll()
    topics = [catalog.ready_topic(name) for name in dict.fromkeys(student.topic for student in students)]
    people = {student.id for student in students}
    folder = build if build.is_absolute() else catalog.root / build
    console = Screen(highlight=False, soft_wrap=True)
    titles = "; ".join(topic.title for topic in topics)
    console.print(
        f"A class of {len(people)} hands in, in Flask and in FastAPI: [bold]{titles}[/].", markup=True
    )
    with console.status("nbgrader makes the assignments, and the class hands in"):
        prepare(catalog, topics, folder, students)
    for topic in topics:
        graded_with_bar(folder, topic.name, jobs=jobs)
    with console.status("nbgrader writes the feedback pages"):
        for topic in topics:
            feedback(folder, topic)
        table = export(folder)
    other = []
    for topic in topics:
        handed_in = [student for student in students if student.topic == topic.name]
        rows = read_rows(table, topic)
        console.print(_gradebook(topic, rows, handed_in))
        other += _differences(topic, rows, handed_in, people)
    _tell(console, folder, table, other)
    return 3 if other else 0


def _gradebook(topic: Topic, rows: Sequence[Row], students: Sequence[Student]) -> Table:
    stories = {student.id: student.story for student in students}
    title = f"\nnbgrader's gradebook: {topic.name}, out of {topic.points}"
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("student")
    table.add_column("status", no_wrap=True)
    for part in rows[0].parts:
        table.add_column(part, justify="right")
    table.add_column("score", justify="right")
    table.add_column("what was handed in", style="dim", ratio=1)
    for row in rows:
        if row.student in stories or row.status != Status.MISSING:
            cells = [_shown(points) for points in (*row.parts.values(), row.score)]
            table.add_row(row.student, _SIGNS[Status(row.status)], *cells, stories.get(row.student, ""))
    others = sum(row.student not in stories for row in rows)
    table.caption = f"{others} others are missing here." if others else None
    table.caption_justify = "left"
    return table


def _shown(points: float | None) -> str:
    return "" if points is None else f"{points:g}"


def _differences(
    topic: Topic, rows: Sequence[Row], students: Sequence[Student], people: Collection[str]
) -> list[str]:
    """Where the gradebook is not what the roll demands; who is not in the roll must be missing."""
    wanted = {student.id: student for student in students}
    found = {row.student: row for row in rows}
    other = [f"{who}: not in the CSV" for who in sorted(set(people) - found.keys())]
    for who, row in found.items():
        if who in wanted:
            other += filter(None, [row.differs(wanted[who])])
        elif row.status != Status.MISSING:
            other.append(f"{who}: {row.status}; handed in nothing")
    return [f"{topic.name}: {each}" for each in other]


def _tell(console: Console, folder: Path, table: Path, other: Sequence[str]) -> None:
    if other:
        console.print(f"\n[bold]{len(other)} grades are not what they must be:[/]", markup=True)
        for each in other:
            console.print(f"  {each}", markup=False)
    else:
        console.print("\nEvery grade is what the class roll demands (autograder/demo/class.toml).")
    console.print(f"CSV:       {table}\nFeedback:  {folder / 'feedback'}/<student>/<topic>/<topic>.html")
