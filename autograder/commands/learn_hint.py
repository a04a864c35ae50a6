"""`course hint`: one stage at a time, for the check that the last verdict told to fix first."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from autograder.catalog import Catalog, Part, Topic
from autograder.commands.keeping import chosen_topic, current_standing, hold_part, keep
from autograder.learn.hints import STAGES, Hint, next_hint, read_hints, taken_hints
from autograder.learn.standing import PartStanding, Standing, State
from autograder.report.words import part_title

__all__ = ["run"]


def run(course: Path | None, topic_name: str | None, part: str | None, *, again: bool, as_json: bool) -> int:
    """Show the next hint, or those taken again. Returns 0, or 1 when there is nothing to hint at yet."""
    catalog, topic = chosen_topic(course, topic_name)
    hold_part(topic, part)
    standing = current_standing(catalog)
    found = _failing(topic, part, standing)
    if found is None:
        return _say(*_nothing_to_hint_at(topic, part, standing), as_json=as_json)
    failing, seen = found
    if not seen.ran:
        why = "Your app did not start the last time; no hint helps before its own error is mended."
        return _say(why, f"course check {topic.name} {failing.name}", as_json=as_json)
    hints = read_hints(catalog.places(topic.name).hints)
    taken = taken_hints(hints, seen.hints, standing, topic.name)
    following = None if again else next_hint(hints, seen.hints, standing, topic.name)
    if following is None and not taken:
        return _say("There is no hint for this check.", f"course lesson {topic.name}", as_json=as_json)
    if following is not None:
        detail = {"family": following.family, "stage": following.stage, "check": seen.first}
        keep(catalog, lambda store: store.record("hint", topic.name, failing.name, **detail))
    shown = taken if following is None else [following]
    more = next_hint(hints, seen.hints, _after(standing, topic, shown), topic.name) is not None
    if as_json:
        about = {"topic": topic.name, "part": failing.name, "check": seen.first}
        sys.stdout.write(
            json.dumps({**about, "hints": [asdict(hint) for hint in shown], "more": more}) + "\n"
        )
        return 0
    _show(catalog, topic, failing, shown, more=more)
    return 0


def _failing(topic: Topic, part: str | None, standing: Standing) -> tuple[Part, PartStanding] | None:
    """The first part that did not pass when it was last checked."""
    for each in topic.part:
        seen = standing.part(topic.name, each.name)
        if part in {each.name, None} and seen.state in {State.TRIED, State.REGRESSED}:
            return each, seen
    return None


def _nothing_to_hint_at(topic: Topic, part: str | None, standing: Standing) -> tuple[str, str]:
    parts = [each.name for each in topic.part if part in {each.name, None}]
    if all(standing.part(topic.name, name).state is State.PASSED for name in parts):
        return "Nothing fails here, so there is nothing to hint at.", "course next"
    words = f"course check {topic.name}" + (f" {part}" if part else "")
    return "A hint belongs to a check that fails, and nothing was checked yet. Check first:", words


def _say(why: str, command: str, *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps({"hints": [], "more": False, "why": why, "do": command}) + "\n")
    else:
        Console().print(Text.assemble(why, "\n  ", (command, "bold")))
    return 1


def _after(standing: Standing, topic: Topic, shown: list[Hint]) -> Standing:
    stages = dict(standing.stages)
    for hint in shown:
        stages[topic.name, hint.family] = max(stages.get((topic.name, hint.family), 0), hint.stage)
    return Standing(standing.parts, stages, standing.surrendered)


def _show(catalog: Catalog, topic: Topic, part: Part, shown: list[Hint], *, more: bool) -> None:
    console = Console()
    console.print(Text(f"{topic.name}, {part_title(part.name)}", style="bold"))
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
        console.print(f"After passing, or with --i-give-up: course solution {topic.name}", highlight=False)
    else:
        console.print(f"The lesson has the whole of it: course lesson {topic.name}", highlight=False)
