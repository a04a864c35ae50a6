"""`course solution`: beside the learner's own work, once it passes or they gave up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from autograder.catalog import Catalog, Part, Topic, load
from autograder.commands.keeping import current_standing, hold_part, keep
from autograder.errors import UsageError
from autograder.learn.solution import Pair, Side, beside, unified
from autograder.learn.standing import Standing, State
from autograder.learn.starters import part_files
from autograder.learn.store import Store
from autograder.learn.words import counted, linked
from autograder.report.escape import visible
from autograder.report.screen import Screen
from autograder.report.words import part_title

__all__ = ["run"]

_WIDE = 120
_STYLES = {Side.BOTH: "yellow", Side.YOURS: "red", Side.SOLUTION: "green", Side.LEFT_OUT: "dim"}
_UNIFIED = {"-": "red", "+": "green", "@": "dim"}


def run(course: Path | None, topic_name: str, part: str | None, *, give_up: bool) -> int:
    """Show the solution of a topic's parts. Returns 0, or 1 when one of them is not earned yet."""
    catalog = load(course)
    topic = catalog.ready_topic(topic_name)
    hold_part(topic, part)
    _hold_author(catalog)
    standing = current_standing(catalog)
    wanted = [each for each in topic.part if part in {each.name, None}]
    closed = [each for each in wanted if not _is_open(standing, topic, each)]
    if give_up and closed:
        keep(catalog, partial(_remember, topic, closed))
        closed = []
    console = Screen()
    for each in wanted:
        if each not in closed:
            _show(catalog, topic, each, console)
    notes = catalog.places(topic.name).solution / "NOTES.md"
    if notes.is_file() and len(closed) < len(wanted):
        console.print(Text.assemble("Why the two differ, and what else is right: ", linked(notes)))
    for each in closed:
        _refuse(topic, each, console)
    return 1 if closed else 0


def _is_open(standing: Standing, topic: Topic, part: Part) -> bool:
    passed_once = standing.part(topic.name, part.name).state in {State.PASSED, State.REGRESSED}
    return passed_once or standing.gave_up(topic.name, part.name)


def _remember(topic: Topic, parts: Sequence[Part], store: Store) -> None:
    for part in parts:
        store.record("gave_up", topic.name, part.name)


def _hold_author(catalog: Catalog) -> None:
    if catalog.course.edition != "author":
        raise UsageError(
            "This is a student edition: it holds no solutions.",
            where=str(catalog.file),
            remedy="Ask for a hint instead (course hint), or ask who teaches the course.",
        )


def _refuse(topic: Topic, part: Part, console: Console) -> None:
    console.print(
        Text.assemble(
            f"{part_title(part.name)} is not passed yet, so its solution stays closed. ",
            "\n  ",
            (f"course hint {topic.name} {part.name}", "bold"),
            " helps one step further",
            "\n  ",
            (f"course solution {topic.name} {part.name} --i-give-up", "bold"),
            " shows it all the same; that is remembered",
        )
    )


def _show(catalog: Catalog, topic: Topic, part: Part, console: Console) -> None:
    places = catalog.places(topic.name)
    yours, solution = part_files(places.exercise, part), part_files(places.solution, part)
    for name in sorted({*yours, *solution}):
        console.print(Text(f"{part_title(part.name)}: {name}", style="bold"))
        mine, theirs = (visible(texts.get(name, "")) for texts in (yours, solution))
        if mine == theirs:
            console.print("  Yours is the solution, letter by letter.\n")
            continue
        if console.width >= _WIDE and not console.is_dumb_terminal:
            console.print(_beside(mine, theirs))
        else:
            console.print(_unified(mine, theirs, name), soft_wrap=True)
        console.print()


def _beside(yours: str, solution: str) -> RenderableType:
    table = Table(box=None, expand=True, header_style="bold", padding=(0, 1))
    table.add_column("line", justify="right", no_wrap=True, style="dim")
    table.add_column("yours", ratio=1, overflow="fold")
    table.add_column("", min_width=1, no_wrap=True)
    table.add_column("line", justify="right", no_wrap=True, style="dim")
    table.add_column("solution", ratio=1, overflow="fold")
    pairs = list(beside(yours, solution))
    for pair in pairs:
        table.add_row(*_row(pair))
    table.caption = "| both sides differ   < only in yours   > only in the solution"
    table.caption_justify = "left"
    return table


def _row(pair: Pair) -> tuple[Text, ...]:
    style = _STYLES.get(pair.side, "")
    if pair.side is Side.LEFT_OUT:
        told = Text(f"({counted(pair.count, 'equal line')})", style=style)
        return Text(), told, Text(), Text(), told.copy()
    mine, theirs = pair.yours, pair.solution
    return (
        Text(str(mine[0]) if mine else ""),
        Text(mine[1] if mine else "", style=style),
        Text(pair.side.value, style=style),
        Text(str(theirs[0]) if theirs else ""),
        Text(theirs[1] if theirs else "", style=style),
    )


def _unified(yours: str, solution: str, name: str) -> Text:
    lines = [Text(line, style=_UNIFIED.get(line[:1], "")) for line in unified(yours, solution, name)]
    return Text("\n").join(lines)
