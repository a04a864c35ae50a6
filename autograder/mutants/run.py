"""Judges every mutant of a topic's solutions as a hand-in is judged, on all cores."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from autograder.catalog import Catalog, Part, Topic
from autograder.collect import collect_one
from autograder.devcheck.authored import App, Role, authored_apps
from autograder.devcheck.check import SEED, as_ready
from autograder.devcheck.tomls import Survivors, read_toml
from autograder.errors import CatalogError, GradingBroken, UsageError
from autograder.evaluate import Grader
from autograder.mutants.mutant import Mutant, mutants
from autograder.mutants.result import Fate, PartResult, judged
from autograder.report.model import PartReport
from autograder.sandbox import Sandbox
from autograder.scratch import temporary_folder
from autograder.verdict import Verdict

__all__ = ["run_mutants"]

Progress = Callable[[int, int], None]


def run_mutants(
    catalog: Catalog,
    sandbox: Sandbox,
    name: str,
    framework: str | None = None,
    *,
    cache: Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[PartResult, ...]:
    """Try the hidden checks of a topic, ready or planned, on mutants of its solutions.

    Args:
        catalog: the course, in its author edition.
        sandbox: where the mutants run.
        name: the topic's.
        framework: try only this one's solution.
        cache: folder for verdicts by content; None tries everything anew.
        jobs: how many run at once; one a core when not given.
        progress: told how many of how many were tried, as it goes.

    Raises:
        UsageError: there is no such topic, or it has no solution in this framework.
        CatalogError: survivors.toml is wrong, or a solution does not pass its own checks.
        GradingBroken: a mutant could not be judged.
    """
    catalog = as_ready(catalog, [name])
    topic = catalog.topic(name)
    accepted = _accepted(catalog, topic)
    solutions = _solutions(catalog, topic, framework)
    jobs = jobs or os.cpu_count() or 1
    with (
        temporary_folder("mutants") as folder,
        Grader(catalog, sandbox=sandbox, seed=lambda _: SEED, cache=cache, jobs=jobs) as grader,
    ):
        bench = _Bench(grader, topic, folder)
        for app in solutions:
            _hold_right(app, bench.tried(app, None))
        work = [(app, mutant) for app in solutions for mutant in mutants(app)]
        fates = _all(bench, work, jobs, progress)
    return tuple(
        judged(app.part.name, app.part.framework or "", fates[app.part.name], accepted.survivor)
        for app in solutions
    )


class _Bench:
    """Hands in one changed solution after the other."""

    def __init__(self, grader: Grader, topic: Topic, folder: Path) -> None:
        self._grader = grader
        self._topic = topic
        self._folder = folder

    def tried(self, app: App, mutant: Mutant | None, number: int = 0) -> PartReport:
        """The report on the solution, or on a mutant of it."""
        name = f"{app.part.name}-{number}"
        source, inbox = self._folder / "source" / name, self._folder / "inbox" / name
        for placed, file in app.files:
            target = source / placed
            target.parent.mkdir(parents=True, exist_ok=True)
            if mutant is not None and placed == mutant.file:
                target.write_text(mutant.after, encoding="utf-8")
            else:
                shutil.copyfile(file, target)
        submission = collect_one(source, student=name, topic=self._topic, destination=inbox)
        report = self._grader.grade(submission, [app.part.name]).parts[0]
        shutil.rmtree(source)
        shutil.rmtree(inbox)
        if report.verdict is Verdict.BROKEN:
            where = mutant.where if mutant else app.path.name
            raise GradingBroken(
                f"A mutant could not be judged: {report.broken}", where=where, remedy="Try it again."
            )
        return report


def _all(
    bench: _Bench, work: list[tuple[App, Mutant]], jobs: int, progress: Progress | None
) -> dict[str, list[Fate]]:
    """By part, what became of each mutant, in their order."""
    fates: dict[str, list[Fate]] = {app.part.name: [] for app, _ in work}
    with ThreadPoolExecutor(jobs, thread_name_prefix="mutant") as pool:
        tries = [
            pool.submit(bench.tried, app, mutant, number) for number, (app, mutant) in enumerate(work, 1)
        ]
        try:
            _watch(tries, progress)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for (app, mutant), future in zip(work, tries, strict=True):
        fates[app.part.name].append(Fate(mutant, future.result()))
    return fates


def _watch(tries: list[Future[PartReport]], progress: Progress | None) -> None:
    for done, future in enumerate(as_completed(tries), 1):
        future.result()
        if progress is not None:
            progress(done, len(tries))


def _solutions(catalog: Catalog, topic: Topic, framework: str | None) -> list[App]:
    found = [
        app
        for app in authored_apps(catalog, topic)
        if app.role is Role.SOLUTION and framework in {None, app.part.framework}
    ]
    if not found:
        raise UsageError(
            f"The topic {topic.name!r} has no solution{f' in {framework}' if framework else ''} to try.",
            where=str(catalog.places(topic.name).solution),
            remedy=f"Use one of: {', '.join(_frameworks(topic.part)) or 'none'}; or write the solution.",
        )
    return found


def _frameworks(parts: tuple[Part, ...]) -> list[str]:
    return [part.framework for part in parts if part.served and part.framework]


def _accepted(catalog: Catalog, topic: Topic) -> Survivors:
    path = catalog.places(topic.name).hidden / "survivors.toml"
    sheet, faults = read_toml(catalog.root, path, Survivors)
    for fault in faults:
        raise CatalogError(fault.what, where=fault.where, remedy=fault.remedy)
    return sheet or Survivors()


def _hold_right(app: App, report: PartReport) -> None:
    failing = next((each for each in report.checks if each.verdict is not Verdict.PASSED), None)
    if report.verdict is not Verdict.PASSED:
        why = report.refusal or (f"{failing.name}: {failing.message}" if failing else report.verdict)
        raise CatalogError(
            f"The solution does not pass its own checks: {why}",
            where=str(app.path),
            remedy="Correct the solution or the check; then there is something to plant a fault into.",
        )
