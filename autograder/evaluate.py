"""From a collected submission to its report: pure but for the sandbox and the cache."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from autograder.cache import Cache
from autograder.catalog import Catalog, Part, Topic
from autograder.checks.holder import SharedChecks
from autograder.errors import CatalogError, CourseError, GradingBroken, WallLost, reason
from autograder.frameworks import FRAMEWORKS
from autograder.kinds import JUDGES, Judge, Setting, database_kind
from autograder.likeness import Likeness
from autograder.report.model import PartReport, Report
from autograder.sandbox import Sandbox
from autograder.sandbox.policy import Policy, load_policy
from autograder.scoring import broken_part, status_of
from autograder.seed import next_seed
from autograder.submission import Submission
from autograder.versions import engine_digest, files_digest, versions

__all__ = ["Grader"]

_MOST_BY_CHANCE = 0.25
"""The share of checks that an app for another topic may pass."""
_MOST_COMPARED = 200_000
_FILES_COMPARED = 20


class Grader:
    """Judges submissions of one course, several at once; used as a context manager.

    Args:
        catalog: the course.
        sandbox: where the submissions run.
        seed: gives the hex seed of a topic's hidden inputs.
        cache: folder for verdicts by content; None judges everything anew.
        jobs: how many submissions are judged at once by ``submit``.
        policy: limits; the package's own when not given.
        checks: check files to use in place of a topic's hidden ones.
        shared: holds the checks of all parts in one process; the caller closes it. Each part has one of
            its own when not given.
    """

    def __init__(
        self,
        catalog: Catalog,
        *,
        sandbox: Sandbox,
        seed: Callable[[str], str],
        cache: Path | None = None,
        jobs: int = 1,
        policy: Policy | None = None,
        checks: Sequence[Path] | None = None,
        shared: SharedChecks | None = None,
    ) -> None:
        self._catalog = catalog
        self._sandbox = sandbox
        self._seed = seed
        self._cache = Cache(cache)
        self._policy = policy or load_policy()
        self._checks = checks
        self._shared = shared
        self._likeness = Likeness(catalog)
        self._judges: dict[tuple[str, str], Judge] = {}
        self._prepared: set[str] = set()
        self._closed = False
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="grade")

    def submit(self, submission: Submission, parts: Sequence[str] | None = None) -> Future[Report]:
        """Judge in the background; the future never fails through the student's doing."""
        return self._pool.submit(self.grade, submission, parts)

    def grade(self, submission: Submission, parts: Sequence[str] | None = None) -> Report:
        """Judge the submission, or only the parts named.

        What fails on our side stands in the report as ``broken``, never as points.
        """
        start = time.perf_counter()
        topic = self._catalog.ready_topic(submission.topic)
        seed = self._seed(topic.name)
        wanted = [part for part in topic.part if parts is None or part.name in parts]
        judged = [self._part(topic, part, submission, seed, beside=wanted) for part in wanted]
        reports = [self._likened(report, submission) for report, _ in judged]
        return Report(
            student=submission.student,
            topic=topic.name,
            status=status_of(reports, submission.refusal),
            points=math.fsum(report.points for report in reports),
            max_points=math.fsum(report.max_points for report in reports),
            parts=tuple(reports),
            notes=submission.notes,
            refusal=submission.refusal,
            digest=submission.digest,
            seed=seed,
            versions=versions(),
            wall_s=time.perf_counter() - start,
            cpu_s=sum(report.process.cpu_s for report in reports if report.process),
            cached=all(cached for _, cached in judged),
        )

    def judge(self, topic: Topic, part: Part) -> Judge:
        """The judge of a part, made at the first call and shared.

        Raises:
            CatalogError: no judge knows this kind of part.
            GradingBroken: the grader is closed.
        """
        with self._lock:
            if self._closed:
                raise GradingBroken(
                    "Grading was stopped before this was judged.", where=topic.name, remedy="Grade it again."
                )
            key = (topic.name, part.name)
            if key not in self._judges:
                kind = JUDGES.get(part.kind)
                if kind is None:
                    raise CatalogError(
                        f"Parts of kind {part.kind!r} cannot be judged yet.",
                        where=f"course.toml: topic.{topic.name}.part.{part.name}.kind",
                        remedy=f"Use one of: {', '.join(JUDGES)}; or leave the topic 'planned'.",
                    )
                places = self._catalog.places(topic.name)
                setting = Setting(
                    places, topic, part, self._sandbox, self._policy, self._checks, self._shared
                )
                self._judges[key] = kind(setting)
            return self._judges[key]

    def close(self) -> None:
        """End what runs, drop what waits, end the checks' processes; can be called again.

        What was being judged at that moment is broken, and not kept.
        """
        with self._lock:
            self._closed = True
            judges = list(self._judges.values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for judge in judges:
            judge.close()
        self._pool.shutdown(wait=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _part(
        self, topic: Topic, part: Part, submission: Submission, seed: str, *, beside: Sequence[Part]
    ) -> tuple[PartReport, bool]:
        """The part's report, and whether it was read back."""
        try:
            judge = self.judge(topic, part)
            key = self._key(judge, topic, part, submission, seed)
            kept = self._cache.get(key)
            if kept is not None:
                return kept, True
            self._prepare(topic, beside)
            try:
                report = judge.judge(submission, seed)
            except WallLost:
                # Should a submission ever find a way to end its wall, it must learn nothing by it.
                other = next_seed(seed)
                report = judge.judge(submission, other)
                report = report.model_copy(update={"seed": report.seed or other})
            self._cache.put(key, report)
        except CatalogError:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours over one student must not stop the class
            return broken_part(part, reason(error)), False
        return report, False

    def _likened(self, report: PartReport, submission: Submission) -> PartReport:
        """The report; of a part that earned next to nothing, with the topic that it seems to be for."""
        asked = report.process is not None and report.process.started and report.broken is None
        if (
            not asked
            or sum(check.verdict.earns for check in report.checks) > len(report.checks) * _MOST_BY_CHANCE
        ):
            return report
        files = submission.parts[report.name].files
        source = "\n".join(
            (submission.folder / path).read_bytes()[:_MOST_COMPARED].decode("utf-8", "replace")
            for path in files[:_FILES_COMPARED]
            if path.suffix == ".py"
        )
        return report.model_copy(update={"looks_like": self._likeness.other(submission.topic, source)})

    def _prepare(self, topic: Topic, parts: Sequence[Part]) -> None:
        """At the first submission, start for all parts at once what judging them takes."""
        with self._lock:
            if topic.name in self._prepared:
                return
            self._prepared.add(topic.name)
        for part in parts:
            threading.Thread(target=self._prepare_sandbox, args=(part,), daemon=True).start()
            threading.Thread(target=self._prepare_part, args=(topic, part), daemon=True).start()

    def _prepare_part(self, topic: Topic, part: Part) -> None:
        # Whatever fails here fails again, and is told, when the part is judged.
        with contextlib.suppress(CourseError, OSError):
            self.judge(topic, part).prepare()

    def _prepare_sandbox(self, part: Part) -> None:
        if part.framework is not None:
            with contextlib.suppress(CourseError, OSError):
                self._sandbox.prepare(FRAMEWORKS[part.framework].protocol, part.libraries)

    def _key(self, judge: Judge, topic: Topic, part: Part, submission: Submission, seed: str) -> str:
        checks = _digest(judge)
        if not self._cache.keeps:
            return ""
        return Cache.key(
            submission=submission.digest,
            topic=topic.model_dump(),
            part=part.name,
            database=database_kind(part),
            seed=seed,
            checks=checks,
            engine=engine_digest(),
            versions=versions(),
            sandbox=self._sandbox.name,
            policy=self._policy.digest,
        )


def _digest(judge: Judge) -> str:
    try:
        return files_digest(judge.files())
    except FileNotFoundError as error:
        raise GradingBroken(
            f"A file of checks is missing: {error.filename}.",
            where=str(error.filename),
            remedy="Grade in an author edition of the course; restore the file.",
        ) from error
