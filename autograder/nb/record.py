"""`course autograde`: judges a class on all cores while nbgrader records what is ready."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

from nbgrader.utils import capture_log
from sqlalchemy.exc import SAWarning

from autograder.errors import CourseError, GradingBroken, UsageError
from autograder.flow import as_judged, most_under_way
from autograder.nb import lock
from autograder.nb.app import configured_app
from autograder.nb.begin import Begun, begin
from autograder.nb.converter import BatchAutograde
from autograder.nb.counted import with_counted
from autograder.nb.engine import Engine, close_engine, engine_of
from autograder.nb.folder import GradingFolder
from autograder.nb.journal import Journal, Kind
from autograder.nb.judge import Judge, held
from autograder.nb.pages import remove_result
from autograder.nb.remarks import Remark
from autograder.report.model import Report
from autograder.report.short import shortened_report
from autograder.scoring import broken_part
from autograder.submission import Submission
from autograder.verdict import Status, Verdict
from autograder.versions import versions

__all__ = ["Progress", "autograde"]

Progress = Callable[[Report, int, int], None]
"""Called with a report, how many are done, and how many there are."""

_EXCEPTION = re.compile(r"^ *[\w.]+(?:Error|Exception|Entry): (.+)$", re.MULTILINE)
_LOG = logging.getLogger(__name__)


def autograde(
    folder: Path,
    topic: str,
    *,
    students: Collection[str] | None = None,
    jobs: int = 1,
    force: bool = False,
    trust: bool = False,
    on_progress: Progress | None = None,
    on_remark: Callable[[Remark], None] | None = None,
) -> list[Report]:
    """Grade the hand-ins of a topic into the gradebook.

    What was graded and has not changed is left alone. One bad hand-in stops no other; when this
    is interrupted, what was recorded stays, and the next run does the rest.

    Args:
        folder: the grading folder.
        topic: the topic's name.
        students: only theirs.
        jobs: how many cores to use.
        force: grade also what was graded and has not changed.
        trust: submissions may run without a wall.
        on_progress: hears of every report as it is recorded.
        on_remark: hears, before anything is graded, what is out of date, missing or unknown.

    Returns:
        The reports made now, in the order of recording, each without its checks; a broken one was not
        recorded.

    Raises:
        UsageError: there is no such topic, it was not released, or no one named handed in.
        CourseError: another process grades this folder, or the gradebook or the disk refuses.
    """
    place = GradingFolder(folder.resolve())
    place.catalog().ready_topic(topic)
    with warnings.catch_warnings():
        # nbgrader 0.9.6 relies on an autoflush of which SQLAlchemy 2.1 warns.
        warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.api")
        return _autograde(
            place,
            topic,
            students,
            jobs=jobs,
            force=force,
            trust=trust,
            on_progress=on_progress,
            on_remark=on_remark,
        )


def _autograde(
    place: GradingFolder,
    topic: str,
    students: Collection[str] | None,
    *,
    jobs: int,
    force: bool,
    trust: bool,
    on_progress: Progress | None,
    on_remark: Callable[[Remark], None] | None,
) -> list[Report]:
    recorder = _Recorder(place, topic)
    is_holder = lock.hold(place.lock)
    try:
        begun = recorder.begin(students)
        waiting = _waiting(begun, topic, students, force=force)
        if on_remark is not None:
            for remark in begun.remarks:
                on_remark(remark)
        engine = recorder.engine(jobs=most_under_way(jobs), trust=trust)
        return list(_recorded(recorder, engine, waiting, on_progress, jobs=jobs))
    finally:
        close_engine(place)
        recorder.close()
        if is_holder:
            lock.release(place.lock)


def _waiting(begun: Begun, topic: str, students: Collection[str] | None, *, force: bool) -> list[Submission]:
    """Hand-ins to grade; with ``force`` all whose grades can be made again. Their results are cleared."""
    place = begun.folder
    missing = set(students or ()) - {each.student for each in begun.submissions}
    if missing:
        raise UsageError(
            f"Nothing was handed in for {topic} by {', '.join(sorted(missing))}.",
            where=str(place.submitted),
            remedy=f"Put hand-ins into submitted/<student>/{topic}/.",
        )
    standings = Journal(place.journal).standings(topic)
    waiting = []
    for submission in begun.submissions:
        result = place.autograded / submission.student / topic
        again = force and submission.student not in begun.kept
        if not again and standings[submission.student].complete and result.is_dir():
            continue
        if result.is_dir():
            remove_result(place, topic, submission.student)
        waiting.append(submission)
    return waiting


def _recorded(
    recorder: _Recorder,
    engine: Engine,
    waiting: list[Submission],
    on_progress: Progress | None,
    *,
    jobs: int,
) -> Iterator[Report]:
    number = len(waiting)
    judged = as_judged(_taken(waiting), engine.grader.submit, jobs=jobs)
    with closing(judged):
        for done, (submission, future) in enumerate(judged, start=1):
            report = recorder.record(engine, _report(future, engine, submission), submission)
            if on_progress is not None:
                on_progress(report, done, number)
            # A class of whole reports need not fit into memory at once.
            yield shortened_report(report)


def _taken(waiting: list[Submission]) -> Iterator[Submission]:
    """Each in its turn, and no longer kept."""
    waiting.reverse()
    while waiting:
        yield waiting.pop()


def _report(future: Future[Report], engine: Engine, submission: Submission) -> Report:
    """The grader's report; where the grader itself fell over, a report that says so."""
    error = future.exception()
    if error is None or isinstance(error, CourseError) or not isinstance(error, Exception):
        return future.result()
    _LOG.error("The grader fell over on the hand-in of %s", submission.student, exc_info=error)
    topic = engine.catalog.topic(submission.topic)
    why = f"the grader fell over: {type(error).__name__}: {error}"
    return Report(
        student=submission.student,
        topic=topic.name,
        status=Status.BROKEN,
        points=0,
        max_points=topic.points,
        parts=tuple(broken_part(part, why) for part in topic.part),
        digest=submission.digest,
        seed="",
        versions=versions(),
    )


def _reason(outcome: Mapping[str, str]) -> str:
    """What nbgrader's log says went wrong; the error that it ends with only points there."""
    named = _EXCEPTION.findall(outcome.get("log", "")) or _EXCEPTION.findall(outcome["error"])
    return str(named[-1]) if named else outcome["error"].strip().rpartition("\n")[2]


class _Recorder:
    """nbgrader in this process, configured as its own commands are."""

    def __init__(self, place: GradingFolder, topic: str) -> None:
        self._place = place
        self._topic = topic
        self._app = configured_app(place, topic)
        self._converter = BatchAutograde(coursedir=self._app.coursedir, parent=self._app)
        self._journal = Journal(place.journal)

    def begin(self, students: Collection[str] | None) -> Begun:
        """Compare journal and gradebook; see ``begin``."""
        self._converter.begun = begin(self._converter, self._topic, students)
        self._place = self._converter.begun.folder
        return self._converter.begun

    def engine(self, *, jobs: int, trust: bool) -> Engine:
        """The grader that the configuration names."""
        judge = Judge(parent=self._app)
        close_engine(self._place)
        return engine_of(self._place, judge.grader, jobs=jobs, trust=trust or judge.trust_submissions)

    def close(self) -> None:
        """Close the gradebook."""
        self._converter.close()

    def record(self, engine: Engine, report: Report, submission: Submission) -> Report:
        """Write one report into gradebook and notebook; a broken one only into the journal.

        Returns:
            The report with what the gradebook counts, or broken when it could not be recorded.

        Raises:
            CourseError: no other report could be recorded either.
        """
        try:
            held(report, submission)
        except GradingBroken as error:
            return self._broken(report, error.what)
        engine.offer(report)
        self._app.coursedir.student_id = submission.student
        outcome = capture_log(self._converter)
        if outcome["success"]:
            return with_counted(report, self._converter.counted(self._topic, submission.student))
        if outcome["error"].rstrip().endswith("KeyboardInterrupt"):
            # nbgrader's log capture swallows it, together with everything else.
            raise KeyboardInterrupt
        said = f"{outcome.get('log', '')}\n{outcome.get('error', '')}"
        where = str(self._place.path / "gradebook.db")
        if "database is locked" in said:
            raise CourseError(
                "The gradebook is locked: another program has been writing to it for a minute.",
                where=where,
                remedy="End that program, then autograde again; what was recorded stays.",
            )
        if "No space left" in said or "disk is full" in said:
            raise CourseError(
                "The disk is full.",
                where=str(self._place.path),
                remedy="Free space, then autograde again; what was recorded stays.",
            )
        told = self._journal.standings(self._topic, submission.student)[submission.student].reason
        return self._broken(report, f"nbgrader did not record it: {told or _reason(outcome)}")

    def _broken(self, report: Report, why: str) -> Report:
        self._journal.add(self._topic, report.student, Kind.BROKEN, detail=why)
        if report.status is Status.BROKEN:
            return report
        parts = tuple(
            part.model_copy(update={"verdict": Verdict.BROKEN, "points": 0.0, "broken": why})
            for part in report.parts
        )
        return report.model_copy(update={"status": Status.BROKEN, "points": 0.0, "parts": parts})
