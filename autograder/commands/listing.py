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
    table.add_column("topic", no_wrap=True)
    table.add_column("title")
    for column in ("minutes", "points"):
        table.add_column(column, justify="right", no_wrap=True)
    topics = catalog.course.topic if planned else catalog.ready
    for heading in catalog.course.course_part:
        found = [topic for topic in topics if topic.course_part == heading.name]
        if found:
            table.add_row(f"[bold]{heading.title}[/]")
        for topic in found:
            status = "" if topic.status == "ready" else " [dim](planned)[/]"
            table.add_row(f"  {topic.name}", topic.title + status, str(topic.minutes), str(topic.points))
    console = Console()
    console.print(table)
    hidden = len(catalog.course.topic) - len(topics)
    if hidden:
        console.print(f"\n{hidden} more topics are planned: [bold]course list --all[/]")
    return 0
