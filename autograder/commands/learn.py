"""`course start` and `course next`: where the learner is, what is next, how long it takes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.catalog import Catalog, load
from autograder.commands.keeping import current_overview
from autograder.learn.next_up import NextUp
from autograder.learn.progress import Overview, document
from autograder.learn.row import part_minutes
from autograder.learn.standing import State
from autograder.learn.words import changed_since, counted, duration, linked, state_text, still_unknown
from autograder.report.screen import Screen
from autograder.report.words import part_title, points

__all__ = ["run_next", "run_start"]


def run_start(course: Path | None, *, as_json: bool) -> int:
    """Say where the learner is, what is next and how long it takes. Returns 0."""
    catalog = load(course)
    seen = current_overview(catalog)
    if as_json:
        return _as_json(seen)
    console = Screen()
    console.print(Text(catalog.course.title, style="bold"))
    console.print()
    console.print(_where(catalog, seen), highlight=False)
    console.print()
    _show_next(catalog, seen, console)
    return 0


def run_next(course: Path | None, *, as_json: bool) -> int:
    """Say what is next. Returns 0."""
    catalog = load(course)
    seen = current_overview(catalog)
    if as_json:
        return _as_json(seen)
    _show_next(catalog, seen, Screen())
    return 0


def _as_json(seen: Overview) -> int:
    sys.stdout.write(json.dumps(document(seen)) + "\n")
    return 0


def _where(catalog: Catalog, seen: Overview) -> str:
    parts, left = len(seen.rows), duration(seen.minutes_left)
    if not seen.has_begun:
        topics = counted(len(catalog.ready), "topic")
        return f"You have not begun yet: {topics} with {counted(parts, 'part')} wait for you, about {left}."
    word = "pass their examples" if seen.examples else "are passed"
    told = f"{seen.passed} of {counted(parts, 'part')} {word}"
    if not seen.examples:
        told += f", {points(seen.points)} of {sum(row.part.points for row in seen.rows)} points"
    told += f"; about {left} are left." if seen.minutes_left else "."
    return "\n".join([told, *_begun(seen)])


def _begun(seen: Overview) -> Iterator[str]:
    """What was begun and is not passed, by what is known of it."""
    for told, state in (
        ("Passed once, failing now", State.REGRESSED),
        ("Begun, not passed yet", State.TRIED),
        ("Begun, not checked yet", State.NEW),
    ):
        found = [row for row in seen.begun if row.standing.state is state]
        if found:
            yield f"{told}: {', '.join(f'{row.topic.name} {row.part.name}' for row in found)}."
    outdated = [row for row in seen.rows if row.is_outdated]
    if outdated:
        yield changed_since(outdated)


def _show_next(catalog: Catalog, seen: Overview, console: Console) -> None:
    if unknown := still_unknown(seen):
        console.print(unknown, highlight=False)
        console.print()
    if seen.next is None:
        what = "The examples of every part pass" if seen.examples else "Every part is passed"
        console.print(
            f"{what}. [bold]course verify[/] checks all of them again.", highlight=False, markup=True
        )
        return
    topic, part = seen.next.topic, seen.next.part
    took = duration(round(part_minutes(topic, part)))
    console.print(
        Text.assemble("Next: ", (f"{topic.title}, {part_title(part.name)}", "bold"), f" ({topic.name})")
    )
    console.print(
        f"{topic.difficulty}, about {took} for this part, {duration(topic.minutes)} for the topic",
        highlight=False,
    )
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in seen.of(topic):
        table.add_row(f"  {part_title(row.part.name)}", state_text(row, console, examples=seen.examples))
    console.print(table)
    console.print()
    console.print(_steps(catalog, seen.next), highlight=False)


def _steps(catalog: Catalog, following: NextUp) -> Table:
    topic, part = following.topic, following.part
    places = catalog.places(topic.name)
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    if not catalog.is_handout:
        table.add_row("read the lesson", f"course lesson {topic.name}")
    table.add_row("read the brief", linked(places.brief))
    for name in part.files:
        table.add_row("edit", linked(places.exercise / name))
    table.add_row("check it", f"course check {topic.name} {part.name}")
    if part.served:
        table.add_row("on every save", f"course watch {topic.name}")
        table.add_row("when stuck", f"course hint {topic.name}")
    return table
