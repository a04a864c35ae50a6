"""`course check`: the learner's own apps, on the learner's own machine."""

from __future__ import annotations

import sys
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.catalog import Catalog, Topic, load
from autograder.commands.keeping import current_standing, hold_part, keep
from autograder.errors import UsageError
from autograder.learn.checking import own_desk, working_topic
from autograder.learn.next_up import next_up
from autograder.learn.standing import Standing, State
from autograder.learn.store import Store
from autograder.learn.words import next_part
from autograder.report.line import json_line
from autograder.report.model import Report
from autograder.report.terminal import show_report
from autograder.selfcheck import SelfChecker
from autograder.verdict import Status, Verdict

__all__ = ["asked_for", "exit_code", "run"]

_FINE = {Verdict.PASSED, Verdict.AWAITING_PERSON}


def run(
    course: Path | None, topic_name: str | None, part: str | None, folder: Path | None, *, as_json: bool
) -> int:
    """Check the learner's files. Returns 0 when all passed, 1 when not, 3 when broken."""
    catalog, topic, part = asked_for(course, topic_name, part)
    with SelfChecker(catalog, topic) as checker, ThreadPoolExecutor(1) as beside:
        desk = None if as_json else beside.submit(own_desk, catalog, topic, folder)
        report = checker.check(folder, None if part is None else [part])
        if desk is None:
            sys.stdout.write(json_line(report) + "\n")
        else:
            show_report(report, Console(), desk=desk.result())
        sys.stdout.flush()  # the verdict waits for nothing
        standing: list[Standing] = []
        keep(catalog, lambda store: standing.append(_recorded(store, report)))
        if desk is not None and folder is None and standing and _passes(report, desk.result().untouched):
            Console().print(Text("\n"), _what_next(catalog, topic, standing[0]), sep="", soft_wrap=True)
    return exit_code(report)


def _recorded(store: Store, report: Report) -> Standing:
    store.record_check(report)
    return store.standing()


def _passes(report: Report, untouched: Collection[str]) -> bool:
    """Whether something was begun, and all of that passes."""
    begun = [part for part in report.parts if part.name not in untouched]
    return bool(begun) and all(part.verdict in _FINE for part in begun)


def _what_next(catalog: Catalog, topic: Topic, standing: Standing) -> Text:
    left = [part for part in topic.part if standing.part(topic.name, part.name).state is not State.PASSED]
    if left:
        file = catalog.places(topic.name).exercise / left[0].files[0]
        return next_part(left[0].name, file)
    told = "All examples pass." if catalog.course.edition == "student" else f"All of {topic.name} passes."
    return Text(f"{told} What comes next: course next" if next_up(catalog, standing) else told)


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
        found = working_topic(catalog, current_standing(catalog))
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
