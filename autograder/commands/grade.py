"""`course grade`: submissions in, reports and an exit code out, without nbgrader."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder.batch import grade_batch
from autograder.catalog import Catalog, Topic, load
from autograder.collect import find_submissions
from autograder.errors import UsageError
from autograder.evaluate import Grader
from autograder.report.junit import junit as to_junit
from autograder.report.line import json_line
from autograder.report.model import Report
from autograder.report.screen import Screen, write_error
from autograder.report.short import shortened_report
from autograder.report.terminal import show_class
from autograder.sandbox.choose import choose
from autograder.scoring import unjudged_report
from autograder.seed import read_secret, release_seed

__all__ = ["BROKEN", "Tell", "progress", "run", "seeds", "tell_broken", "tell_ignored"]

_REASONS = 5
BROKEN = 3
"""Exit code when a verdict is missing: through our fault, or because an entry was not understood."""


def run(
    course: Path | None,
    paths: Sequence[Path],
    topic_name: str | None,
    *,
    jobs: int,
    junit: Path | None,
    release: str,
    as_json: bool,
    trust: bool,
    fresh: bool = False,
) -> int:
    """Grade what lies at the paths. Returns 0, or 3 when something was broken or not understood."""
    catalog = load(course)
    _hold_author(catalog)
    topic = catalog.ready_topic(topic_name) if topic_name else _only_topic(catalog)
    found = find_submissions(paths, topic, [each.name for each in catalog.ready])
    tell_ignored(found.ignored)
    if junit is not None and not junit.resolve().parent.is_dir():
        raise UsageError(
            "There is no folder for the JUnit file.", where=str(junit), remedy="Make the folder first."
        )
    sandbox = choose(trust_submissions=trust)
    sandbox.check_available()
    cache = None if fresh else catalog.root / ".course" / "cache"
    unread = [unjudged_report(topic, each.name, each.status, each.reason) for each in found.unread]
    reports: list[Report] = []
    with (
        Grader(catalog, sandbox=sandbox, seed=seeds(catalog, release), cache=cache, jobs=jobs) as grader,
        contextlib.closing(grade_batch(grader, topic, found.sources, jobs=jobs)) as batch,
        progress(f"grading {topic.name}", len(found.sources)) as tell,
    ):
        for report in chain(unread, batch):
            reports.append(report if junit is not None else shortened_report(report))
            tell(max(0, len(reports) - len(unread)), len(found.sources))
            if as_json:
                sys.stdout.write(json_line(report) + "\n")
                sys.stdout.flush()
    if not as_json:
        show_class(reports, Screen())
        tell_broken(reports)
    if junit is not None:
        junit.write_bytes(to_junit(reports))
    return BROKEN if any(report.status.needs_instructor for report in reports) else 0


def tell_ignored(names: Sequence[str]) -> None:
    """Name on standard error what operating systems and tools left behind."""
    if names:
        write_error(f"Ignored, made by a tool: {', '.join(names)}\n")


def tell_broken(reports: Sequence[Report]) -> None:
    """Say each thing that broke once, with where and what to do: the class's table has no room for it.

    What a check raised over an answer that only its author can mend is said too.
    """
    reasons = Counter(
        reason
        for report in reports
        for reason in {
            *(("broken", part.broken) for part in report.parts),
            *(("to the author of the checks", part.raised) for part in report.parts),
        }
        if reason[1] is not None
    )
    for (whose, told), students in reasons.most_common(_REASONS):
        write_error(f"\n{whose}, {students} of {len(reports)}: {told}\n")
    if len(reasons) > _REASONS:
        write_error(f"\nand {len(reasons) - _REASONS} more reasons: `course grade --json` has all.\n")


def seeds(catalog: Catalog, release: str) -> Callable[[str], str]:
    """The seed of each topic in a release of this course."""
    secret = read_secret(catalog.root / ".course" / "secret")
    return lambda topic: release_seed(secret, topic, release)


class Tell(Protocol):
    """Takes how many are done, and how many there are."""

    def __call__(self, done: int, total: int, /) -> None:
        """Show it."""


@contextlib.contextmanager
def progress(what: str, total: int | None) -> Iterator[Tell]:
    """A bar on standard error while the block runs."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Screen(stderr=True)) as bar:
        task = bar.add_task(what, total=total)

        def tell(done: int, total: int, /) -> None:
            bar.update(task, completed=done, total=total)

        yield tell


def _hold_author(catalog: Catalog) -> None:
    if catalog.course.edition != "author":
        raise UsageError(
            "This is a student edition: it holds no hidden checks, so nothing can be graded.",
            where=str(catalog.file),
            remedy="Grade in the author edition; here `course check` runs the examples.",
        )


def _only_topic(catalog: Catalog) -> Topic:
    if len(catalog.ready) == 1:
        return catalog.ready[0]
    raise UsageError(
        "Which topic do they hand in?",
        where="course grade",
        remedy=f"Add --topic with one of: {', '.join(topic.name for topic in catalog.ready)}.",
    )
