"""Many hand-ins, all cores: collected and judged side by side, told in the order they came."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from autograder.catalog import Topic
from autograder.collect import Source, collect_one
from autograder.errors import reason
from autograder.evaluate import Grader
from autograder.flow import as_judged, most_under_way
from autograder.report.model import Report
from autograder.scoring import unjudged_report
from autograder.scratch import temporary_folder
from autograder.verdict import Status

__all__ = ["grade_batch"]


def grade_batch(
    grader: Grader, topic: Topic, sources: Sequence[Source], *, jobs: int
) -> Generator[Report, None, None]:
    """Judge every source; yields one report for each, in the order given.

    A slow one holds up nothing but the telling of those behind it. Leaving the iterator early, as
    Ctrl-C does, closes the grader: it ends what is being judged and drops what has not begun.
    """
    with (
        temporary_folder("inbox") as inbox,
        ThreadPoolExecutor(most_under_way(jobs), thread_name_prefix="batch") as pool,
    ):

        def begin(numbered: tuple[int, Source]) -> Future[Report]:
            number, source = numbered
            return pool.submit(_one, grader, topic, source, inbox / str(number))

        try:
            with closing(as_judged(enumerate(sources), begin, jobs=jobs)) as judged:
                yield from _in_order(judged)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            grader.close()
            raise


def _in_order(
    judged: Iterable[tuple[tuple[int, Source], Future[Report]]],
) -> Generator[Report, None, None]:
    # How many wait here is bounded by the time that one hand-in may take, not by the class.
    early: dict[int, Report] = {}
    told = 0
    for (number, _), future in judged:
        early[number] = future.result()
        while told in early:
            yield early.pop(told)
            told += 1


def _one(grader: Grader, topic: Topic, source: Source, folder: Path) -> Report:
    try:
        submission = collect_one(
            source.path,
            student=source.student,
            topic=topic,
            destination=folder / topic.name,
            base=source.base,
            only=source.only,
        )
    except Exception as error:  # noqa: BLE001 - whatever one hand-in does to collect, the others are graded
        return unjudged_report(topic, source.student, Status.BROKEN, reason(error))
    if source.notes:
        submission = replace(submission, notes=(*source.notes, *submission.notes))
    try:
        return grader.grade(submission)
    finally:
        # A class of hand-ins need not fit on the disk at once.
        shutil.rmtree(folder, ignore_errors=True)
