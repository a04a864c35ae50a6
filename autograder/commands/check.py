"""`course check`: the learner's own apps, on the learner's own machine."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.text import Text

from autograder.catalog import Catalog, Topic, load
from autograder.commands.keeping import current_overview, hold_part, keep_check
from autograder.errors import UsageError
from autograder.learn.changes import held, stamps
from autograder.learn.checking import own_desk, working_topic
from autograder.learn.progress import Overview
from autograder.learn.standing import Stamp
from autograder.learn.words import next_part, shown_path
from autograder.report.desk import Desk
from autograder.report.line import json_line
from autograder.report.model import Report
from autograder.report.screen import Screen
from autograder.report.terminal import show_report
from autograder.selfcheck import SelfChecker
from autograder.verdict import Status, Verdict

__all__ = ["asked_for", "exit_code", "run"]

_FINE = {Verdict.PASSED, Verdict.AWAITING_PERSON}


def run(
    course: Path | None, topic_name: str | None, part: str | None, folder: Path | None, *, as_json: bool
) -> int:
    """Check the learner's files. Returns 0 when all passed, 1 when not, 3 when broken.

    Files in a folder of their own are judged and nothing of it is recorded.
    """
    catalog, topic, part = asked_for(course, topic_name, part)
    with SelfChecker(catalog, topic) as checker, ThreadPoolExecutor(1) as beside:
        getting_desk = beside.submit(own_desk, catalog, topic, folder)
        before = stamps(catalog, topic)
        report = checker.check(folder, None if part is None else [part])
        desk = getting_desk.result()
        # Recorded before anything is printed: whoever reads the output may leave, and Ctrl-C may come.
        is_kept = folder is None and _keep(catalog, topic, report, before, desk)
        if as_json:
            sys.stdout.write(json_line(report) + "\n")
            return exit_code(report)
        console = Screen()
        show_report(report, console, desk=desk)
        sys.stdout.flush()
        if folder is not None:
            own = shown_path(catalog.places(topic.name).exercise)
            told = f"Your progress and your hints stay as they are: they follow the files in {own}."
            console.print(Text(f"\n{told}"))
        elif is_kept and _passes(report, desk.untouched):
            console.print(
                Text("\n"), _what_next(catalog, topic, current_overview(catalog)), sep="", soft_wrap=True
            )
    return exit_code(report)


def _keep(catalog: Catalog, topic: Topic, report: Report, before: Mapping[str, Stamp], desk: Desk) -> bool:
    return keep_check(catalog, report, held(before, stamps(catalog, topic)), desk.untouched)


def _passes(report: Report, untouched: Collection[str]) -> bool:
    """Whether something was begun, and all of that passes."""
    begun = [part for part in report.parts if part.name not in untouched]
    return bool(begun) and all(part.verdict in _FINE for part in begun)


def _what_next(catalog: Catalog, topic: Topic, seen: Overview) -> Text:
    left = [row.part for row in seen.of(topic) if not row.is_passed]
    if left:
        file = catalog.places(topic.name).exercise / left[0].files[0]
        return next_part(left[0].name, file)
    told = "The examples pass." if catalog.course.edition == "student" else f"All of {topic.name} passes."
    return Text(f"{told} What comes next: course next" if seen.next else told)


def asked_for(
    course: Path | None, topic_name: str | None, part: str | None
) -> tuple[Catalog, Topic, str | None]:
    """The course, the topic and the part that two words mean, of which both may be left out.

    Raises:
        UsageError: they mean nothing here, or no topic is named and all is passed.
    """
    catalog = load(course)
    if part is None and topic_name in catalog.course.frameworks:
        topic_name, part = None, topic_name
    if topic_name is not None:
        topic = catalog.ready_topic(topic_name)
    else:
        found = working_topic(current_overview(catalog))
        if found is None:
            raise UsageError(
                "Which topic? You have passed all of them, so none is next.",
                where="course check",
                remedy=f"Name one of: {', '.join(each.name for each in catalog.ready)}.",
            )
        topic = found
    hold_part(topic, part)
    return catalog, topic, part


def exit_code(report: Report) -> int:
    """0 when nothing is left to do, 1 when something is, 3 when something is broken on our side."""
    if report.status is Status.BROKEN:
        return 3
    return 0 if all(each.verdict in _FINE for each in report.parts) else 1
