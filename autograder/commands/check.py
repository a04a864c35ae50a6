"""`course check`: the learner's own apps, on the learner's own machine."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from autograder.catalog import load
from autograder.errors import UsageError
from autograder.report.line import json_line
from autograder.report.terminal import show_report
from autograder.selfcheck import self_check
from autograder.verdict import Status, Verdict

__all__ = ["run"]


def run(course: Path | None, topic_name: str, part: str | None, folder: Path | None, *, as_json: bool) -> int:
    """Check the learner's files. Returns 0 when all passed, 1 when not, 3 when broken."""
    catalog = load(course)
    topic = catalog.ready_topic(topic_name)
    names = [each.name for each in topic.part]
    if part is not None and part not in names:
        raise UsageError(
            f"The topic {topic.name} has no part {part!r}.",
            where="course check",
            remedy=f"Use one of: {', '.join(names)}.",
        )
    report = self_check(catalog, topic, folder, parts=None if part is None else [part])
    if as_json:
        sys.stdout.write(json_line(report) + "\n")
    else:
        show_report(report, Console())
    if report.status is Status.BROKEN:
        return 3
    return 0 if all(each.verdict in _FINE for each in report.parts) else 1


_FINE = {Verdict.PASSED, Verdict.AWAITING_PERSON}
