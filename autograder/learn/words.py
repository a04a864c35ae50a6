"""The words, signs and paths in which the learner's commands say where somebody stands."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.learn.progress import Overview
from autograder.learn.row import Row
from autograder.learn.standing import Change, State
from autograder.report.words import part_title, points
from autograder.verdict import Verdict

__all__ = [
    "bar",
    "changed_since",
    "counted",
    "duration",
    "linked",
    "next_part",
    "shown_path",
    "state_text",
    "still_unknown",
]

_SIGNS = {
    State.NEW: ("·", "."),
    State.TRIED: ("✗", "x"),
    State.PASSED: ("✓", "+"),
    State.REGRESSED: ("!", "!"),
    State.CHANGED: ("~", "~"),
}
_STYLES = {
    State.NEW: "",
    State.TRIED: "red",
    State.PASSED: "green",
    State.REGRESSED: "yellow",
    State.CHANGED: "yellow",
}
_CHANGED = {Change.FILES: "changed since", Change.CHECKS: "its checks changed since"}
_MINUTES_AN_HOUR = 60


def state_text(row: Row, console: Console, *, examples: bool) -> Text:
    """Where a part stands: a sign and a word, never a sign or a colour alone."""
    standing, state, plain = row.standing, row.state, console.options.ascii_only
    sign, style = _SIGNS[state][plain], _STYLES[state]
    if standing.verdict is Verdict.AWAITING_PERSON and row.is_passed:
        sign, style, word = "?", "cyan", "awaits a person"
    elif state is State.NEW:
        word = "begun, not checked" if row.worked_on else "not begun"
    elif standing.state is State.PASSED:
        word = _passed(row, examples=examples)
    else:
        word = "passed once, fails now" if state is State.REGRESSED else "not yet"
        word += (
            f", {standing.passing}/{standing.checks} {_noun(examples=examples)}"
            if standing.ran
            else ", nothing ran"
        )
    if state is not State.NEW and row.is_outdated:
        word += f"; {_CHANGED[standing.changed]}"
    return Text(f"{sign} {word}", style=style)


def _passed(row: Row, *, examples: bool) -> str:
    if row.standing.verdict is Verdict.AWAITING_PERSON:
        return "handed to a person"
    if row.is_outdated:
        return "examples passed" if examples else "passed"
    return "examples pass" if examples else f"passed, {points(row.standing.points)}/{row.part.points}"


def _noun(*, examples: bool) -> str:
    return "examples" if examples else "checks"


def changed_since(rows: Sequence[Row]) -> str:
    """Which results are older than what they are about; they count for nothing."""
    named = ", ".join(f"{row.topic.name} {row.part.name}" for row in rows)
    return f"Changed since the last check, so not counted: {named}. Check again: course verify"


def still_unknown(seen: Overview) -> str:
    """What nobody knows of the parts whose examples pass; empty where the checks themselves judged."""
    passing = [row for row in seen.rows if row.is_passed]
    if not seen.examples or not passing:
        return ""
    counts = [row.hidden_checks for row in passing]
    known = [count for count in counts if count is not None]
    hidden = f"{sum(known)} hidden checks" if known and len(known) == len(counts) else "hidden checks"
    told = "the part whose" if len(passing) == 1 else f"the {len(passing)} parts whose"
    return (
        f"Still unknown: when you hand it in, {hidden} judge {told} examples pass. "
        "An app can pass every example and still be wrong."
    )


def bar(share: float, width: int, *, plain: bool) -> str:
    """A bar of ``width`` characters, filled from the left; full only where all is done."""
    full, empty = ("#", ".") if plain else ("█", "░")
    filled = int(share * width)
    return full * filled + empty * (width - filled)


def duration(minutes: int) -> str:
    """A time that is an estimate: minutes below two hours, or else hours and halves of them."""
    if minutes < 2 * _MINUTES_AN_HOUR:
        return f"{minutes} min"
    hours = round(minutes / _MINUTES_AN_HOUR * 2) / 2
    return f"{points(hours)} h"


def counted(number: int, thing: str) -> str:
    """``1 part``, ``2 parts``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def shown_path(path: Path) -> str:
    """The path from the working directory, where that is shorter: terminals make a link of it."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):  # the working directory was deleted, or is on another drive
        return str(path)
    return relative if len(relative) < len(str(path)) else str(path)


def next_part(name: str, file: Path) -> Text:
    """Which part to go on with, and the file to open for it."""
    return Text.assemble(f"Next: {part_title(name)}, ", linked(file))


def linked(path: Path, *, whole: bool = False) -> Text:
    """The same as text that terminals open on a click; the whole path of what lies far from the course."""
    return Text(str(path) if whole else shown_path(path), style=f"link {path.resolve().as_uri()}")
