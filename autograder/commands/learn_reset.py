"""`course reset`: the starter again, and a copy of what was there."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.catalog import Catalog, Part, Topic, load
from autograder.commands.keeping import hold_part, keep
from autograder.learn.reset import Reset, reset, undo
from autograder.learn.starters import Starters, find_starters, holds_starters, released_starters
from autograder.learn.store import open_store
from autograder.learn.words import linked
from autograder.report.screen import Screen
from autograder.report.words import part_title

__all__ = ["run"]


def run(course: Path | None, topic_name: str, part: str | None, *, back: bool) -> int:
    """Put the files of a topic, or of one part, back to the starter's, or the other way. Returns 0."""
    catalog = load(course)
    topic = catalog.ready_topic(topic_name)
    hold_part(topic, part)
    console = Screen()
    for each in topic.part:
        if part in {each.name, None}:
            _one(catalog, topic, each, console, back=back)
    return 0


def _one(catalog: Catalog, topic: Topic, part: Part, console: Console, *, back: bool) -> None:
    done = undo(catalog, topic, part) if back else reset(catalog, _starters(catalog), topic, part)
    title = part_title(part.name)
    if done.copy is None:
        console.print(Text(f"{title}: it is the starter already; nothing was changed."))
        return
    if not back:
        keep(catalog, lambda store: store.record("reset", topic.name, part.name, copy=str(done.copy)))
    _tell(catalog, topic, title, done, console, back=back)


def _starters(catalog: Catalog) -> Starters:
    if holds_starters(catalog):
        return released_starters(catalog)  # whatever became of the progress
    with open_store(catalog) as store:
        return find_starters(catalog, store)


def _tell(catalog: Catalog, topic: Topic, title: str, done: Reset, console: Console, *, back: bool) -> None:
    what = "as before the last reset" if back else "the starter again"
    console.print(Text(f"{title}: {what}", style="bold"))
    folder = catalog.places(topic.name).exercise
    for name in done.files:
        word = "" if (folder / name).is_file() else " (taken away)"
        console.print(Text.assemble("  ", linked(folder / name), word), soft_wrap=True)
    assert done.copy is not None
    console.print(Text.assemble("  what was there is kept: ", linked(done.copy, whole=True)), soft_wrap=True)
