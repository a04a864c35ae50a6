"""Tries authored apps the way a student's submission is judged: collected, sandboxed, checked."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from autograder.catalog import Catalog, Part, Topic
from autograder.collect import collect_one
from autograder.devcheck.authored import App, Role, authored_apps
from autograder.evaluate import Grader
from autograder.report.model import CheckReport, PartReport
from autograder.sandbox import Sandbox
from autograder.scratch import scratch_folder
from autograder.verdict import Verdict

__all__ = ["Bench", "Trial"]

_PLAIN = {Verdict.PASSED, Verdict.SKIPPED}


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one app.

    Attributes:
        app: the app.
        examples: whether the brief's examples judged it; else the hidden checks did.
        report: its part's report.
    """

    app: App
    examples: bool
    report: PartReport

    @property
    def failing(self) -> tuple[CheckReport, ...]:
        """The checks that the app was caught by; one that was skipped caught nothing."""
        return tuple(each for each in self.report.checks if each.verdict not in _PLAIN)

    @property
    def started(self) -> bool:
        """Whether the app came up and answered."""
        return self.report.process is not None and self.report.process.started

    @property
    def share(self) -> float:
        """The points earned, as a share of what all checks are worth."""
        worth = sum(each.max_points for each in self.report.checks)
        return sum(each.points for each in self.report.checks) / worth if worth else 0.0


class Bench:
    """Runs the apps of topics on several cores; used as a context manager.

    Args:
        catalog: the course, in which the topics to try are ready.
        sandbox: where the apps run.
        seed: hex seed of the hidden inputs.
        cache: folder for verdicts by content; None tries everything anew.
        jobs: how many apps run at once.
    """

    def __init__(
        self, catalog: Catalog, sandbox: Sandbox, *, seed: str, cache: Path | None, jobs: int
    ) -> None:
        self._catalog = catalog
        self._sandbox = sandbox
        self._seed = seed
        self._cache = cache
        self._folder = scratch_folder("trial")
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="bench")
        self._graders: list[Grader] = []
        self._tried = 0

    def start(
        self, topic: Topic, roles: Collection[Role] = tuple(Role), *, examples: bool = True
    ) -> list[Future[Trial]]:
        """Begin to try every app of these roles; what has no checks to be judged by is not tried.

        Args:
            topic: whose apps.
            roles: what the apps are there to show.
            examples: whether the brief's examples judge right answers, too.
        """
        places = self._catalog.places(topic.name)
        graders: dict[tuple[str, bool], Grader] = {}
        futures = []
        apps = [each for each in authored_apps(self._catalog, topic) if each.role in roles]
        for app, by_examples in _wanted(apps, examples=examples):
            checks = (places.examples,) if by_examples else places.hidden_checks(app.part.framework)
            if not all(file.is_file() for file in checks):
                continue
            key = ("" if by_examples else app.part.name, by_examples)
            if key not in graders:
                graders[key] = self._grader(checks)
            self._tried += 1
            name = f"{app.role}-{self._tried}"
            futures.append(
                self._pool.submit(self._try, graders[key], topic, app, examples=by_examples, name=name)
            )
        return futures

    def close(self) -> None:
        """Drop what waits, end what runs; can be called again."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for grader in self._graders:
            grader.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _grader(self, checks: tuple[Path, ...]) -> Grader:
        # The checks are named, so that points which do not add up yet do not keep the apps from being tried.
        grader = Grader(
            self._catalog,
            sandbox=self._sandbox,
            seed=lambda _: self._seed,
            cache=self._cache,
            checks=checks,
        )
        self._graders.append(grader)
        return grader

    def _try(self, grader: Grader, topic: Topic, app: App, *, examples: bool, name: str) -> Trial:
        source = self._folder / "source" / name
        for placed, file in app.files:
            target = source / placed
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        submission = collect_one(source, student=name, topic=topic, destination=self._folder / "inbox" / name)
        report = grader.grade(submission, [app.part.name])
        return Trial(app, examples, _of(report.parts, app.part))


def _wanted(apps: Sequence[App], *, examples: bool) -> Iterator[tuple[App, bool]]:
    """Each app with the checks it is to meet; the slow ones are many, so they go last."""
    for app in apps:
        yield app, False
        if examples and app.role in {Role.SOLUTION, Role.RIGHT}:
            yield app, True


def _of(reports: tuple[PartReport, ...], part: Part) -> PartReport:
    return next(each for each in reports if each.name == part.name)
