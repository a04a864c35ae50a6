"""`course progress`: how far the learner is, as bars, and everything that is kept of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.catalog import Catalog, load
from autograder.commands.keeping import current_overview
from autograder.learn.progress import Overview, document
from autograder.learn.row import Row
from autograder.learn.store import open_store, store_path
from autograder.learn.words import bar, changed_since, counted, duration, linked, still_unknown
from autograder.report.screen import Screen
from autograder.report.words import part_title, points

__all__ = ["run"]

_BAR = 24
_NARROW = 72


def run(course: Path | None, *, export: Path | None, as_json: bool) -> int:
    """Show bars per part of the course and framework, or write everything that is kept. Returns 0."""
    catalog = load(course)
    if export is not None:
        return _export(catalog, export)
    seen = current_overview(catalog)
    if as_json:
        sys.stdout.write(json.dumps(document(seen)) + "\n")
        return 0
    console = Screen()
    _bars(catalog, seen, console)
    console.print(f"\n{_sum(seen)}, after {counted(seen.runs, 'check')}.", highlight=False)
    outdated = [row for row in seen.rows if row.is_outdated]
    if outdated:
        console.print(changed_since(outdated), highlight=False)
    if unknown := still_unknown(seen):
        console.print(unknown, highlight=False)
    if seen.minutes_left:
        console.print(f"About {duration(seen.minutes_left)} are left.", highlight=False)
    console.print(Text.assemble("Kept in ", linked(store_path(), whole=True)), soft_wrap=True)
    return 0


def _bars(catalog: Catalog, seen: Overview, console: Console) -> None:
    width = _BAR if console.width >= _NARROW else max(4, console.width // 4)
    for heading in catalog.course.course_part:
        rows = [row for row in seen.rows if row.topic.course_part == heading.name]
        if not rows:
            continue
        console.print(Text(heading.title, style="bold"))
        table = Table.grid(padding=(0, 1))
        for title, own in _by_framework(catalog, rows).items():
            share, told = _share(own, examples=seen.examples)
            drawn = bar(share, width, plain=console.options.ascii_only)
            table.add_row(f"  {title}", *([] if console.is_dumb_terminal else [drawn]), told)
        console.print(table)


def _by_framework(catalog: Catalog, rows: Sequence[Row]) -> dict[str, list[Row]]:
    titles = [part_title(name) for name in catalog.course.frameworks]
    groups: dict[str, list[Row]] = {title: [] for title in [*titles, "other parts"]}
    for row in rows:
        groups[part_title(row.part.framework) if row.part.framework else "other parts"].append(row)
    return {title: own for title, own in groups.items() if own}


def _share(rows: Sequence[Row], *, examples: bool) -> tuple[float, str]:
    """How much of some parts is done: by points, or by parts where no points are to be had."""
    passed = sum(row.is_passed for row in rows)
    parts = f"{passed} of {counted(len(rows), 'part')} passed"
    if examples:
        return passed / len(rows), f"{passed} of {counted(len(rows), 'part')} pass their examples"
    earned, most = sum(row.points for row in rows), sum(row.part.points for row in rows)
    return earned / most, f"{points(earned)} of {most} points, {parts}"


def _sum(seen: Overview) -> str:
    _, told = _share(seen.rows, examples=seen.examples)
    return f"All together: {told}"


def _export(catalog: Catalog, target: Path) -> int:
    with open_store(catalog) as store:
        events = [asdict(event) for event in store.events() if event.what != "starters"]
    seen = current_overview(catalog)
    told = {**document(seen), "course": catalog.course.title, "events": events}
    target.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    Screen().print(f"{counted(len(events), 'event')} in {target}", highlight=False, soft_wrap=True)
    return 0
