"""`course list`: the topics in course order, and where the learner stands with each."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.catalog import Catalog, Topic, load
from autograder.commands.keeping import current_overview
from autograder.frameworks import FRAMEWORKS
from autograder.learn.progress import Overview, document
from autograder.learn.row import Row
from autograder.learn.words import counted, duration, state_text, still_unknown
from autograder.report.screen import Screen
from autograder.report.words import part_title

__all__ = ["run"]

_WIDE = 104
"""Columns from which on titles stand in the table."""
_NARROW = 80
"""Columns below which nothing stands beside anything."""


def run(course: Path | None, *, planned: bool, as_json: bool) -> int:
    """Print the ready topics, or all of them. Returns 0."""
    catalog = load(course)
    seen = current_overview(catalog)
    if as_json:
        sys.stdout.write(json.dumps(_document(catalog, seen, planned=planned)) + "\n")
        return 0
    console = Screen()
    # What reads a dumb terminal aloud reads a table's rows through all columns.
    show = _stacked if console.width < _NARROW or console.is_dumb_terminal else _table
    show(catalog, seen, console, planned=planned)
    console.print()
    hidden = len(catalog.course.topic) - len(catalog.ready)
    if hidden and not planned:
        console.print(
            f"{counted(hidden, 'more topic')} planned: [bold]course list --all[/]",
            highlight=False,
            markup=True,
        )
    if unknown := still_unknown(seen):
        console.print(unknown, highlight=False)
    if seen.next is not None:
        console.print(
            f"Next: [bold]{seen.next.topic.name}[/], {part_title(seen.next.part.name)}",
            highlight=False,
            markup=True,
        )
    return 0


def _table(catalog: Catalog, seen: Overview, console: Console, *, planned: bool) -> None:
    frameworks = catalog.course.frameworks
    table = Table(title=catalog.course.title, title_justify="left", box=None, header_style="bold")
    table.add_column("topic", no_wrap=True)
    if console.width >= _WIDE:
        table.add_column("title")
    for column in ("time", "points"):
        table.add_column(column, justify="right", no_wrap=True)
    for name in frameworks:
        table.add_column(FRAMEWORKS[name].title)
    for heading, topics in _by_heading(catalog, planned=planned):
        table.add_row(Text(heading, style="bold"))
        for topic in topics:
            rows = seen.of(topic)
            told = [
                _told([r for r in rows if r.part.framework == name], console, seen) for name in frameworks
            ]
            others = _told([row for row in rows if row.part.framework not in frameworks], console, seen)
            title = [Text(topic.title + _status(topic))] if console.width >= _WIDE else []
            name = f"  {topic.name}" + ("" if title else _status(topic))
            told[0] = Text("\n").join([cell for cell in (told[0], others) if cell])
            table.add_row(name, *title, duration(topic.minutes), str(topic.points), *told)
    console.print(table)


def _stacked(catalog: Catalog, seen: Overview, console: Console, *, planned: bool) -> None:
    """The same for a narrow terminal: nothing stands beside anything."""
    console.print(Text(catalog.course.title))
    for heading, topics in _by_heading(catalog, planned=planned):
        console.print(Text(f"\n{heading}", style="bold"))
        for topic in topics:
            console.print(Text.assemble((topic.name, "bold"), f": {topic.title}", _status(topic)))
            console.print(f"  {duration(topic.minutes)}, {topic.points} points", highlight=False)
            told = _told(seen.of(topic), console, seen)
            for line in told.split() if told else ():
                console.print(Text.assemble("  ", line))


def _told(rows: list[Row] | tuple[Row, ...], console: Console, seen: Overview) -> Text:
    """Where some parts stand, a line each; named where the name says more than the column."""
    frameworks = {row.part.framework for row in rows}
    lines = []
    for row in rows:
        state = state_text(row, console, examples=seen.examples)
        is_plain = len(frameworks) == 1 and row.part.name == row.part.framework
        lines.append(state if is_plain else Text.assemble(f"{part_title(row.part.name)}: ", state))
    return Text("\n").join(lines)


def _by_heading(catalog: Catalog, *, planned: bool) -> list[tuple[str, list[Topic]]]:
    topics = catalog.course.topic if planned else catalog.ready
    found = [
        (heading.title, [topic for topic in topics if topic.course_part == heading.name])
        for heading in catalog.course.course_part
    ]
    return [(title, under) for title, under in found if under]


def _status(topic: Topic) -> str:
    return "" if topic.status == "ready" else " (planned)"


def _document(catalog: Catalog, seen: Overview, *, planned: bool) -> dict[str, object]:
    topics = catalog.course.topic if planned else catalog.ready
    keys = {"name", "title", "course_part", "status", "difficulty", "minutes", "requires", "points"}
    return {**document(seen), "topics": [topic.model_dump(mode="json", include=keys) for topic in topics]}
