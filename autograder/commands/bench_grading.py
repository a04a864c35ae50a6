"""`course bench grading`: one class graded in several ways, as tables, as JSON and as a page."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.bench.grading import Figures, bench_grading
from autograder.bench.page import SIDE_COLUMNS, SIZE_COLUMNS, page, ratios, side_rows, size_rows
from autograder.commands.authoring import author_course
from autograder.errors import UsageError
from autograder.report.screen import Screen

__all__ = ["run_grading"]

_TOPIC = "routing"


def run_grading(
    course: Path | None,
    *,
    submissions: int,
    rounds: int,
    jobs: int,
    sides: Sequence[str],
    sizes: str,
    otter: Path | None,
    markdown: Path | None,
    as_json: bool,
) -> int:
    """Measure grading. Returns 0; raises GradingBroken when points differ."""
    catalog = author_course(course)
    figures = bench_grading(
        catalog,
        catalog.ready_topic(_TOPIC),
        submissions=submissions,
        rounds=rounds,
        jobs=jobs,
        names=sides,
        sizes=_numbers(sizes),
        # As an absolute path, links and all: a virtual environment is known by where its Python lies.
        otter=None if otter is None else otter.absolute(),
    )
    if markdown is not None:
        markdown.write_text(page(figures, _command()), "utf-8")
    if as_json:
        sys.stdout.write(json.dumps(figures.as_dict()) + "\n")
    else:
        _show(figures, Screen())
    return 0


def _numbers(sizes: str) -> list[int]:
    try:
        numbers = [int(size) for size in sizes.split(",") if size]
    except ValueError:
        numbers = [0]
    if any(number < 1 for number in numbers):
        raise UsageError(
            f"These are no sizes of classes: {sizes!r}.",
            where="course bench grading --sizes",
            remedy="Name them with commas between: 50,100,200.",
        )
    return numbers


def _command() -> str:
    """What was typed, without the paths of this machine."""
    return shlex.join(["course", *(Path(word).name if "/" in word else word for word in sys.argv[1:])])


def _show(figures: Figures, console: Console) -> None:
    title = (
        f"{figures.submissions} submissions × {figures.checks} checks, "
        f"median of {figures.rounds} rounds, {figures.jobs} cores"
    )
    console.print(_table(title, SIDE_COLUMNS, side_rows(figures)))
    console.print()
    for sentence in ratios(figures):
        console.print(sentence)
    console.print(f"the same points on all sides: {figures.same_points} of {figures.submissions} students")
    if figures.sizes:
        console.print()
        console.print(_table("Larger classes", SIZE_COLUMNS, size_rows(figures)))


def _table(title: str, columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for column in columns:
        table.add_column(column, justify="left" if column == "grader" else "right")
    for row in rows:
        table.add_row(*row)
    return table
