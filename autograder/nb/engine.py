"""The one grader of this process for a folder: made at the first need, and what it has judged already."""

from __future__ import annotations

import atexit
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

from traitlets.utils.importstring import import_item

from autograder.catalog import Catalog
from autograder.evaluate import Grader
from autograder.nb.folder import GradingFolder
from autograder.report.model import Report
from autograder.sandbox.choose import choose
from autograder.submission import Submission

__all__ = ["DEFAULT_GRADER", "AnyGrader", "Engine", "close_engine", "engine_of", "open_grader"]

DEFAULT_GRADER = "autograder.nb.engine.open_grader"

_OPEN: dict[Path, Engine] = {}


class AnyGrader(Protocol):
    """What the nbgrader face needs of a grader."""

    def grade(self, submission: Submission) -> Report:
        """Judge all parts, now."""

    def submit(self, submission: Submission) -> Future[Report]:
        """Judge all parts in the background."""

    def close(self) -> None:
        """End what it started."""


class Engine:
    """A grader, and the reports that it made ahead of their recording.

    Attributes:
        grader: lives as long as one run of a converter or of the batch.
        catalog: the course as it was when that began.
    """

    def __init__(self, grader: AnyGrader, catalog: Catalog) -> None:
        self.grader = grader
        self.catalog = catalog
        self._ready: dict[tuple[str, str, str], Report] = {}

    def offer(self, report: Report) -> None:
        """Keep a report until it is recorded."""
        self._ready[report.topic, report.student, report.digest] = report

    def report(self, submission: Submission) -> Report:
        """The report that was offered for exactly these files, or one made now."""
        key = (submission.topic, submission.student, submission.digest)
        ready = self._ready.pop(key, None)
        return ready if ready is not None else self.grader.grade(submission)


def open_grader(folder: GradingFolder, *, jobs: int, trust: bool) -> Grader:
    """A grader for the folder's course.

    Raises:
        SandboxUnavailable: there is no wall, and the submissions are not trusted.
    """
    sandbox = choose(trust_submissions=trust)
    sandbox.check_available()
    return Grader(folder.catalog(), sandbox=sandbox, seed=folder.seed, cache=folder.cache, jobs=jobs)


def engine_of(folder: GradingFolder, maker: str, *, jobs: int = 1, trust: bool = False) -> Engine:
    """This process's engine for the folder.

    Args:
        folder: whose course and cache.
        maker: dotted name of a function like ``open_grader``.
        jobs: how many submissions are judged at once; counts when the engine is new.
        trust: whether submissions may run without a wall; likewise.
    """
    if folder.path not in _OPEN:
        make: Any = import_item(maker)
        _OPEN[folder.path] = Engine(make(folder, jobs=jobs, trust=trust), folder.catalog())
        atexit.register(close_engine, folder)
    return _OPEN[folder.path]


def close_engine(folder: GradingFolder) -> None:
    """End this process's engine for the folder, if there is one."""
    engine = _OPEN.pop(folder.path, None)
    if engine is not None:
        engine.grader.close()
