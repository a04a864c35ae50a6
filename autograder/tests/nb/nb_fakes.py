"""A grader whose verdicts stand in the hand-ins themselves, and ways to die in the middle of grading.

The first line of an app's file says what it earns: ``# 7``, ``# broken``, ``# crash`` or ``# slow``.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.catalog import Part
from autograder.nb import exporter
from autograder.nb.folder import GradingFolder
from autograder.report.model import CheckReport, PartReport, ProcessReport, Report
from autograder.scoring import broken_part, status_of
from autograder.submission import Submission
from autograder.verdict import Verdict

__all__ = ["CollectFromHub", "Die", "FakeGrader", "die_or_finish", "open_fake"]

DIE = "NB_FAKES_DIE"
GRADED: list[str] = []
"""Students whose hand-ins were judged in this process, in order."""


def die(step: str) -> None:
    """End this process as ``kill -9`` does, when the test asks for it at this step."""
    if os.environ.get(DIE) == step:
        os.kill(os.getpid(), signal.SIGKILL)


class Die(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """Stands between two of our preprocessors."""

    step = "between"

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        die(self.step)
        if os.environ.get(DIE) == f"ctrl-c {self.step}":
            raise KeyboardInterrupt
        return nb, resources


class DieAfter(Die):
    """Stands behind all of them."""

    step = "recorded"


def die_or_finish(assignment: str, student: str, notebooks: list[str]) -> None:
    """In place of the real last step."""
    die("written")
    exporter.finish(assignment, student, notebooks)


class FakeGrader:
    """Judges by the first line."""

    def __init__(self, folder: GradingFolder, jobs: int) -> None:
        self._catalog = folder.catalog()
        self._pool = ThreadPoolExecutor(jobs)

    def grade(self, submission: Submission) -> Report:
        die("judging")
        GRADED.append(submission.student)
        topic = self._catalog.topic(submission.topic)
        parts = [_part(part, submission) for part in topic.part]
        return Report(
            student=submission.student,
            topic=topic.name,
            status=status_of(parts, submission.refusal),
            points=sum(part.points for part in parts),
            max_points=topic.points,
            parts=tuple(parts),
            notes=submission.notes,
            refusal=submission.refusal,
            digest=submission.digest,
            seed="00",
            versions={},
        )

    def submit(self, submission: Submission) -> Future[Report]:
        return self._pool.submit(self.grade, submission)

    def close(self) -> None:
        self._pool.shutdown()


def open_fake(folder: GradingFolder, *, jobs: int, trust: bool) -> FakeGrader:
    assert isinstance(trust, bool)
    return FakeGrader(folder, jobs)


def _part(part: Part, submission: Submission) -> PartReport:
    if part.kind == "memo":
        verdict = Verdict.AWAITING_PERSON
        return PartReport(name=part.name, kind=part.kind, verdict=verdict, points=0, max_points=part.points)
    files = submission.parts[part.name]
    refusal = submission.refusal or files.refusal
    word = "0" if refusal else _first_word(submission, part)
    if word == "broken":
        return broken_part(part, "the sandbox fell over")
    if word == "crash":
        message = "a fault of the grader's own"
        raise RuntimeError(message)
    if word == "slow":
        threading.Event().wait(0.5)
        word = "1"
    points = float(word)
    return PartReport(
        name=part.name,
        kind=part.kind,
        verdict=Verdict.PASSED if points == part.points else Verdict.FAILED,
        points=points,
        max_points=part.points,
        refusal=refusal,
        checks=(_check(points, part.points),),
        process=ProcessReport(started=True),
    )


def _check(points: float, most: float) -> CheckReport:
    passed = points == most
    return CheckReport(
        name="test_one",
        sentence="It answers <b>well</b> with `GET /`.",
        verdict=Verdict.PASSED if passed else Verdict.FAILED,
        points=points,
        max_points=most,
        message="" if passed else "The status is 500, not 200.",
        sent=None if passed else "GET /<script>alert(1)</script>",
        expected=None if passed else "status 200",
        got=None if passed else "500 text/html\n<img src=x onerror=alert(2)>",
        section="reading-a-name",
        hints=("name",),
    )


def _first_word(submission: Submission, part: Part) -> str:
    path = submission.folder / part.files[0]
    line = path.read_text("utf-8").split("\n", 1)[0]
    return line.removeprefix("#").strip() if line.startswith("#") else "0"


Finish = Callable[[str, str, list[str]], None]


class CollectFromHub(ExchangeCollect):  # type: ignore[misc]  # nbgrader is untyped
    """A hub's own exchange."""
