"""Many hand-ins, all cores: collected and judged side by side, told in the order they came."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from autograder.catalog import Topic
from autograder.collect import Source, collect_one
from autograder.errors import reason
from autograder.evaluate import Grader
from autograder.report.model import Report
from autograder.scoring import broken_part
from autograder.scratch import temporary_folder
from autograder.verdict import Status
from autograder.versions import versions

__all__ = ["grade_batch"]


def grade_batch(
    grader: Grader, topic: Topic, sources: Sequence[Source], *, jobs: int
) -> Generator[Report, None, None]:
    """Judge every source; yields one report for each, in the order given.

    At most a few more than ``jobs`` hand-ins are under way at once, so that memory does not
    grow with the class. Leaving the iterator early, as Ctrl-C does, closes the grader: it ends
    what is being judged and drops what has not begun.
    """
    waiting: deque[Future[Report]] = deque()
    left = deque(enumerate(sources))
    with (
        temporary_folder("inbox") as inbox,
        ThreadPoolExecutor(jobs, thread_name_prefix="batch") as pool,
    ):
        try:
            while left or waiting:
                while left and len(waiting) < 4 * jobs:
                    number, source = left.popleft()
                    waiting.append(pool.submit(_one, grader, topic, source, inbox / str(number)))
                yield waiting.popleft().result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            grader.close()
            raise


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
        return _uncollected(topic, source, reason(error))
    try:
        return grader.grade(submission)
    finally:
        # A class of hand-ins need not fit on the disk at once.
        shutil.rmtree(folder, ignore_errors=True)


def _uncollected(topic: Topic, source: Source, why: str) -> Report:
    return Report(
        student=source.student,
        topic=topic.name,
        status=Status.BROKEN,
        points=0,
        max_points=topic.points,
        parts=tuple(broken_part(part, why) for part in topic.part),
        digest="",
        seed="",
        versions=versions(),
    )
