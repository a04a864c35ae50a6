"""`course list`: the topics in course order."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.catalog import load

__all__ = ["run"]


def run(course: Path | None, *, planned: bool) -> int:
    """Print the ready topics, or all of them. Returns 0."""
    catalog = load(course)
    table = Table(title=catalog.course.title, title_justify="left", box=None, header_style="bold")
    for column in ("topic", "title", "part of the course", "status", "minutes", "points"):
        table.add_column(column, justify="right" if column in {"minutes", "points"} else "left")
    headings = {each.name: each.title for each in catalog.course.course_part}
    topics = catalog.course.topic if planned else catalog.ready
    for topic in topics:
        heading = headings[topic.course_part]
        table.add_row(topic.name, topic.title, heading, topic.status, str(topic.minutes), str(topic.points))
    console = Console()
    console.print(table)
    hidden = len(catalog.course.topic) - len(topics)
    if hidden:
        console.print(f"\n{hidden} more topics are planned: [bold]course list --all[/]")
    return 0
