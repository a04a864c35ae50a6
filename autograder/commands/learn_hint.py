"""`course hint`: one stage at a time, for the check that the last verdict told to fix first."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.padding import Padding
from rich.text import Text

from autograder.catalog import Catalog, load
from autograder.commands.keeping import current_overview, current_standing, hold_part, keep
from autograder.learn.hints import STAGES, Hint, next_hint, read_hints, taken_hints, to_hint_at
from autograder.learn.progress import Overview
from autograder.learn.row import Row
from autograder.learn.standing import Change, Standing
from autograder.learn.words import shown_path
from autograder.report.screen import Screen
from autograder.report.words import part_title

__all__ = ["run"]

_CHANGED = {
    Change.FILES: "Its files have changed since this check; what fails now:",
    Change.CHECKS: "The checks themselves have changed since; what fails now:",
}


@dataclass(frozen=True, slots=True)
class _Nothing:
    """Why there is no hint, and the command that helps instead."""

    why: str
    command: str


def run(course: Path | None, topic_name: str | None, part: str | None, *, again: bool, as_json: bool) -> int:
    """Show the next hint, or those taken again. Returns 0, or 1 when there is nothing to hint at yet."""
    catalog = load(course)
    if part is None and topic_name in catalog.course.frameworks:
        topic_name, part = None, topic_name
    if topic_name is not None:
        hold_part(catalog.ready_topic(topic_name), part)
    seen = current_overview(catalog)
    rows = [
        row for row in seen.rows if topic_name in {row.topic.name, None} and part in {row.part.name, None}
    ]
    row = to_hint_at(rows)
    if row is None:
        return _say(_nothing_to_hint_at(rows, seen), as_json=as_json)
    if not row.standing.ran:
        since = " (its files have changed since)" if row.is_outdated else ""
        why = f"{_title(row)}: the app did not start at its last check{since}. Fix its own error first:"
        return _say(_Nothing(why, _check_again(row)), as_json=as_json)
    return _hint(catalog, row, again=again, as_json=as_json)


def _hint(catalog: Catalog, row: Row, *, again: bool, as_json: bool) -> int:
    topic, families = row.topic.name, row.standing.hints
    standing = current_standing(catalog)
    hints = read_hints(catalog.places(topic).hints)
    taken = taken_hints(hints, standing, row)
    following = None if again else next_hint(hints, standing, row)
    if again and not taken and any(hints.get(family) for family in families):
        why = f"{_title(row)}: you have not asked for a hint about this check yet. Ask for the first:"
        return _say(_Nothing(why, f"course hint {topic} {row.part.name}"), as_json=as_json)
    if following is None and not taken:
        why = f"{_title(row)}: There is no hint for this check. Read about it:"
        return _say(_Nothing(why, _reading(catalog, topic)), as_json=as_json)
    if following is not None:
        detail = {"family": following.family, "stage": following.stage, "check": row.standing.first}
        keep(catalog, lambda store: store.record("hint", topic, row.part.name, **detail))
    shown = taken if following is None else [following]
    more = next_hint(hints, _after(standing, row, shown), row) is not None
    if as_json:
        sys.stdout.write(json.dumps(_document(row, shown, more=more)) + "\n")
    else:
        _show(catalog, row, shown, more=more)
    return 0


def _nothing_to_hint_at(rows: Sequence[Row], seen: Overview) -> _Nothing:
    """Why nothing fails in these parts, as far as it is known."""
    checked = [row for row in rows if row.standing.verdict is not None]
    outdated = next((row for row in checked if row.is_outdated), None)
    if outdated is not None:
        why = f"{_title(outdated)}: it passed, but it has changed since its last check. Check again:"
        return _Nothing(why, _check_again(outdated))
    unchecked = [row for row in rows if row.standing.verdict is None]
    if not checked:
        return _nothing_checked(rows, seen)
    if not unchecked:
        return _Nothing("Nothing fails here, so there is nothing to hint at.", "course next")
    last = max(checked, key=lambda row: row.standing.run)
    passes = "passes its examples" if seen.examples else "passes"
    why = f"{_title(last)} {passes}, and nothing else that was checked fails. Not checked yet:"
    following = next((row for row in unchecked if seen.next and row.part is seen.next.part), unchecked[0])
    return _Nothing(why, _check_again(following))


def _nothing_checked(rows: Sequence[Row], seen: Overview) -> _Nothing:
    topics = {row.topic.name for row in rows}
    told, command = "nothing has been", f"course check {rows[0].topic.name}"
    if len(rows) == 1:
        told, command = f"{_title(rows[0])} has not been", _check_again(rows[0])
    elif len(seen.rows) > len(rows) and len(topics) == 1:
        told = f"{rows[0].topic.name} has not been"
    elif seen.next is not None:
        command = f"course check {seen.next.topic.name}"
    why = f"A hint belongs to a check that fails, and {told} checked yet. Check first:"
    return _Nothing(why, command)


def _title(row: Row) -> str:
    return f"{row.topic.name}, {part_title(row.part.name)}"


def _check_again(row: Row) -> str:
    return f"course check {row.topic.name} {row.part.name}"


def _say(nothing: _Nothing, *, as_json: bool) -> int:
    if as_json:
        told = {"hints": [], "more": False, "why": nothing.why, "do": nothing.command}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        Screen().print(Text.assemble(nothing.why, "\n  ", (nothing.command, "bold")))
    return 1


def _after(standing: Standing, row: Row, shown: Sequence[Hint]) -> Standing:
    stages = dict(standing.stages)
    for hint in shown:
        asked = row.topic.name, row.part.name, row.standing.first, hint.family
        stages[asked] = max(stages.get(asked, 0), hint.stage)
    return replace(standing, stages=stages)


def _document(row: Row, shown: Sequence[Hint], *, more: bool) -> dict[str, object]:
    return {
        "topic": row.topic.name,
        "part": row.part.name,
        "check": row.standing.first,
        "sentence": row.standing.sentence,
        "changed_since": row.standing.changed or None,
        "hints": [asdict(hint) for hint in shown],
        "more": more,
    }


def _show(catalog: Catalog, row: Row, shown: Sequence[Hint], *, more: bool) -> None:
    console = Screen()
    console.print(Text(_title(row), style="bold"))
    if row.standing.sentence:
        console.print(Padding(Text(row.standing.sentence), (0, 0, 0, 2)))
    if row.is_outdated:
        why = _CHANGED[row.standing.changed]
        console.print(Text.assemble("\n", (why, "yellow"), "\n  ", (_check_again(row), "bold")))
    for hint in shown:
        console.print(Text(f"\nHint {hint.stage} of {STAGES}, about {hint.family}:"))
        # As it is written: a renderer of Markdown would take <name> for a tag and drop it.
        console.print(Padding(Text(hint.text), (0, 0, 0, 2)))
    console.print()
    if more:
        console.print("There is more, when you want it: ask for a hint again.")
        return
    console.print("That was the last hint for this check.")
    if catalog.course.edition == "author":
        console.print(
            f"After passing, or with --i-give-up: course solution {row.topic.name}", highlight=False
        )
    else:
        console.print(f"Read about it: {_reading(catalog, row.topic.name)}", highlight=False)


def _reading(catalog: Catalog, topic: str) -> str:
    """The lesson; the brief where a topic was handed out alone."""
    return shown_path(catalog.places(topic).brief) if catalog.is_handout else f"course lesson {topic}"
