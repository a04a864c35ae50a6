"""A learner's own check: their files as they lie, judged on their own machine, told as the course says."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future, wait
from pathlib import Path
from types import TracebackType
from typing import Self

from autograder.catalog import Catalog, Topic
from autograder.checks.holder import SharedChecks
from autograder.collect import collect_one
from autograder.errors import UsageError
from autograder.evaluate import Grader
from autograder.frameworks import FRAMEWORKS
from autograder.report.model import PartReport, Report
from autograder.report.reveal import reveal
from autograder.report.words import EXAMPLES_ONLY, hidden_told
from autograder.sandbox import Sandbox
from autograder.sandbox.plain import PlainSandbox
from autograder.sandbox.policy import load_policy
from autograder.scoring import status_of
from autograder.scratch import temporary_folder
from autograder.seed import fresh_seed
from autograder.submission import Submission
from autograder.verdict import Verdict
from autograder.versions import versions

__all__ = ["EXAMPLES_ONLY", "LEARNER", "SelfChecker", "self_check"]

LEARNER = "you"
_NAP_S = 0.5


class SelfChecker:
    """Judges a learner's files of one topic with fresh inputs, as often as they are saved.

    An author edition judges by the hidden checks. A student edition has none: it runs the brief's
    examples, which are worth no points, and says so in a note.

    Used as a context manager. Each app runs in a process of its own, each run of the checks too where
    the system can fork: from one check to the next, only what was imported is kept.

    Args:
        catalog: the course.
        topic: a ready one.
        sandbox: where the apps run; the learner's own machine, plain, when not given.
    """

    def __init__(self, catalog: Catalog, topic: Topic, sandbox: Sandbox | None = None) -> None:
        self._catalog = catalog
        self._topic = topic
        self._places = catalog.places(topic.name)
        self._examples = catalog.course.edition == "student"
        self._own = PlainSandbox()
        self._sandbox: Sandbox = sandbox or self._own
        self._seed = ""
        self._seen: object = None
        self._open = contextlib.ExitStack()
        self._grader: Grader | None = None

    def check(self, folder: Path | None = None, parts: Sequence[str] | None = None) -> Report:
        """Judge the files as they lie there now.

        Args:
            folder: where the learner's files are; the topic's exercise when not given.
            parts: names of the parts to judge; all when not given.

        Returns:
            The report, with as much of the exchanges as ``reveal_self_paced`` allows; examples are
            shown whole, for the learner can read them.

        Raises:
            UsageError: there is no such folder, or that of the exercise is missing.
            GradingBroken: the folder could not be read.
        """
        if folder is None:
            self._hold_exercise()
        grader = self._current_grader()
        names = [part.name for part in self._topic.part if parts is None or part.name in parts]
        self._seed = fresh_seed()
        with temporary_folder("check") as scratch:
            source = (folder or self._places.exercise).resolve()
            submission = collect_one(
                source, student=LEARNER, topic=self._topic, destination=scratch / "files"
            )
            # A part at a time would make the learner wait for one app after the other.
            futures = [grader.submit(submission, [name]) for name in names]
            versions()  # while the apps start
            report = _together([_result(future) for future in futures], submission)
        if self._examples:
            return reveal(_of_examples(report, self._catalog), "all", own_machine=True)
        return reveal(report, self._catalog.course.grading.reveal_self_paced, own_machine=True)

    def get_ready(self, parts: Sequence[str] | None = None) -> None:
        """Start what the next check would wait for: the checks, and a process for each app.

        Args:
            parts: those that will be judged; all when not given.

        Raises:
            OSError: Python cannot be started.
        """
        self._current_grader()
        modules = load_policy().nest.modules
        for part in self._topic.part:
            if part.framework is not None and (parts is None or part.name in parts):
                framework = FRAMEWORKS[part.framework]
                early = [name for library in part.libraries for name in modules.get(library, ())]
                self._own.keep_ready(framework.protocol, early or framework.early)
        threading.Thread(target=self._shared.holder, daemon=True).start()

    def close(self) -> None:
        """End all that was started; can be called again."""
        self._open.close()
        self._grader = None
        self._own.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hold_exercise(self) -> None:
        """Raise UsageError unless the folder of the learner's own files is there."""
        if not self._places.exercise.is_dir():
            raise UsageError(
                f"The folder of the exercise {self._topic.name} is missing.",
                where=str(self._places.exercise),
                remedy="Copy it from where you have the course from, such as its zip file or its repository.",
            )

    def _current_grader(self) -> Grader:
        """A grader whose checks are those that lie there now."""
        files = self._check_files()
        seen = [(file, *_stamp(file)) for file in files]
        if self._grader is None or seen != self._seen:
            self._open.close()
            self._seen = seen
            self._shared = SharedChecks(files, graded=not self._examples)
            self._open.callback(self._shared.close)
            self._grader = self._open.enter_context(
                Grader(
                    self._catalog,
                    sandbox=self._sandbox,
                    seed=lambda _: self._seed,
                    checks=files if self._examples else None,
                    # Without a fork the checks' process takes one app after the other.
                    jobs=len(self._topic.part) if hasattr(os, "fork") else 1,
                    shared=self._shared,
                )
            )
        return self._grader

    def _check_files(self) -> list[Path]:
        if self._examples:
            return [self._places.examples]
        frameworks = [part.framework for part in self._topic.part if part.served]
        files = [file for each in frameworks for file in self._places.hidden_checks(each)]
        return list(dict.fromkeys(files))


def self_check(
    catalog: Catalog,
    topic: Topic,
    folder: Path | None = None,
    parts: Sequence[str] | None = None,
    sandbox: Sandbox | None = None,
) -> Report:
    """Judge a learner's files once; see `SelfChecker.check`."""
    with SelfChecker(catalog, topic, sandbox) as checker:
        return checker.check(folder, parts)


def _stamp(file: Path) -> tuple[int, int]:
    """What changes when the file does; zeros where there is none."""
    with contextlib.suppress(OSError):
        found = file.stat()
        return found.st_mtime_ns, found.st_size
    return 0, 0


def _result(future: Future[Report]) -> Report:
    while not future.done():
        wait([future], timeout=_NAP_S)  # without an end, Windows would not let Ctrl-C through
    return future.result()


def _together(reports: Sequence[Report], submission: Submission) -> Report:
    """One report of parts that were judged at the same time."""
    parts = [part for report in reports for part in report.parts]
    sheet = f"{submission.topic}.ipynb"
    return reports[0].model_copy(
        update={
            "parts": tuple(parts),
            "status": status_of(parts, submission.refusal),
            "points": sum(part.points for part in parts),
            "max_points": sum(part.max_points for part in parts),
            # The notebook is the cover sheet of a hand-in; nobody hands in here.
            "notes": tuple(note for note in submission.notes if sheet not in note),
            "wall_s": max(report.wall_s for report in reports),
            "cpu_s": sum(report.cpu_s for report in reports),
        }
    )


def _of_examples(report: Report, catalog: Catalog) -> Report:
    """The report of a run of examples: no points are to be had, and notes say what it cannot show."""
    hidden = catalog.course.unseen_checks.get(report.topic, {})
    parts = tuple(_without_points(part, hidden.get(part.name)) for part in report.parts)
    found = report.model_copy(update={"parts": parts, "points": 0.0, "max_points": 0.0})
    notes = [note for note in (EXAMPLES_ONLY, hidden_told(found)) if note]
    return found.model_copy(update={"notes": (*notes, *report.notes)})


def _without_points(part: PartReport, hidden: int | None) -> PartReport:
    told: dict[str, object] = {"points": 0.0, "max_points": 0.0}
    if part.verdict is not Verdict.AWAITING_PERSON:
        told |= {"judged_by": "examples", "hidden_checks": hidden}
    return part.model_copy(update=told)
