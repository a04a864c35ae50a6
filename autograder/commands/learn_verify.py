"""`course verify`: everything that was ever checked, checked again; what regressed is pending again."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.catalog import Catalog, load
from autograder.commands.keeping import current_overview, keep_check
from autograder.learn.changes import held, stamps
from autograder.learn.progress import Overview
from autograder.learn.row import Row
from autograder.learn.standing import DONE, State
from autograder.learn.words import counted
from autograder.report.model import PartReport
from autograder.report.screen import Screen
from autograder.report.words import EXAMPLES_ONLY, look, part_title, score
from autograder.selfcheck import self_check
from autograder.verdict import Verdict

__all__ = ["run"]

_BROKEN = 3


@dataclass(frozen=True, slots=True)
class _Again:
    """A part as it stood, and as it is now."""

    before: Row
    now: PartReport

    @property
    def regressed(self) -> bool:
        """Whether it passed at the check before this one."""
        return self.before.standing.state is State.PASSED and self.now.verdict not in {*DONE, Verdict.BROKEN}


def run(course: Path | None, *, as_json: bool) -> int:
    """Check again. Returns 0, 1 when a part that passed fails now, 3 when something is broken."""
    catalog = load(course)
    found = list(_checked(catalog, current_overview(catalog)))
    if as_json:
        sys.stdout.write(json.dumps({"parts": [_told(each) for each in found]}) + "\n")
    else:
        _show(found, Screen(), examples=catalog.course.edition == "student")
    if any(each.now.verdict is Verdict.BROKEN for each in found):
        return _BROKEN
    return 1 if any(each.regressed for each in found) else 0


def _checked(catalog: Catalog, seen: Overview) -> Iterator[_Again]:
    for topic in catalog.ready:
        rows = {row.part.name: row for row in seen.of(topic) if row.state is not State.NEW}
        if not rows:
            continue
        before = stamps(catalog, topic)
        with Screen(stderr=True).status(f"checking {topic.name}"):
            report = self_check(catalog, topic, parts=list(rows))
        keep_check(catalog, report, held(before, stamps(catalog, topic)))
        yield from (_Again(rows[part.name], part) for part in report.parts)


def _told(each: _Again) -> dict[str, object]:
    return {
        "topic": each.before.topic.name,
        "part": each.now.name,
        "before": each.before.standing.state.value,
        "verdict": each.now.verdict.value,
        "regressed": each.regressed,
    }


def _show(found: Sequence[_Again], console: Console, *, examples: bool) -> None:
    if not found:
        console.print("There is nothing to check again: course next says where to begin.", highlight=False)
        return
    table = Table.grid(padding=(0, 2))
    for each in found:
        seen = look(each.now)
        sign = seen.plain if console.options.ascii_only else seen.sign
        name = Text(f"{each.before.topic.name}, {part_title(each.now.name)}")
        told = Text(f"{sign} {seen.word}", style=seen.style)
        table.add_row(name, told, Text(_change(each)), Text(score(each.now), style="dim"))
    console.print(table)
    lost = [each for each in found if each.regressed]
    if lost:
        first = lost[0]
        words = f"course check {first.before.topic.name} {first.now.name}"
        fail = "fails" if len(lost) == 1 else "fail"
        said = f"{counted(len(lost), 'part')} passed once and {fail} now. Begin with: {words}"
        console.print(f"\n{said}", highlight=False)
    elif all(each.now.verdict in DONE for each in found):
        parts = counted(len(found), "part")
        held = f"The examples pass: {parts}. {EXAMPLES_ONLY}" if examples else f"All of it holds: {parts}."
        console.print(f"\n{held}", highlight=False)


def _change(each: _Again) -> str:
    if each.regressed:
        return "passed before"
    return "new" if each.now.verdict in DONE and each.before.standing.state is not State.PASSED else ""
