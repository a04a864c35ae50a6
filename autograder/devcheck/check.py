"""Runs every rule over the course and gathers every violation, never only the first."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import replace
from pathlib import Path

from autograder.catalog import Catalog, Topic
from autograder.devcheck.bench import Bench, Trial
from autograder.devcheck.registry import COURSE_RULES, TOPIC_RULES, TRIAL_RULES, TopicRule
from autograder.devcheck.subject import Subject, look_at
from autograder.devcheck.violation import Violation
from autograder.sandbox import Sandbox

__all__ = ["SEED", "as_ready", "check_course", "check_files"]

SEED = "00" * 16
"""The hidden inputs that rules are tried with, unless the caller draws others."""

Progress = Callable[[int, int], None]


def check_course(
    catalog: Catalog,
    sandbox: Sandbox,
    topics: Sequence[str] | None = None,
    *,
    seed: str = SEED,
    cache: Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[Violation, ...]:
    """Check the course by every rule.

    Args:
        catalog: the course, in its author edition.
        sandbox: where authored apps run.
        topics: the topics to check, planned ones too; all that are ready when not given.
        seed: hex seed of the hidden inputs.
        cache: folder for verdicts by content; None tries everything anew.
        jobs: how many apps run at once; one a core when not given.
        progress: told how many apps of how many were tried, as it goes.

    Raises:
        UsageError: there is no such topic.
        SandboxUnavailable: the sandbox cannot run here.
    """
    sandbox.check_available()
    catalog, chosen = _chosen(catalog, topics)
    violations = list(_course(catalog))
    with Bench(catalog, sandbox, seed=seed, cache=cache, jobs=jobs or os.cpu_count() or 1) as bench:
        running = {topic.name: bench.start(topic) for topic in chosen}
        # While the apps run, the rules that need none of them.
        subjects = [look_at(catalog, topic) for topic in chosen]
        for subject in subjects:
            violations += _found(TOPIC_RULES, subject)
        _watch([each for futures in running.values() for each in futures], progress)
        for subject in subjects:
            trials = tuple(future.result() for future in running[subject.topic.name])
            violations += _found(TRIAL_RULES, replace(subject, trials=trials))
    return tuple(violations)


def check_files(catalog: Catalog, topics: Sequence[str] | None = None) -> tuple[Violation, ...]:
    """Check the course by the rules that run no app. Raises UsageError when there is no such topic."""
    catalog, chosen = _chosen(catalog, topics)
    violations = list(_course(catalog))
    for topic in chosen:
        violations += _found(TOPIC_RULES, look_at(catalog, topic))
    return tuple(violations)


def as_ready(catalog: Catalog, names: Iterable[str]) -> Catalog:
    """The same course with these topics counted as ready, so that a planned one can be tried."""
    wanted = set(names)
    topics = tuple(
        each.model_copy(update={"status": "ready"}) if each.name in wanted else each
        for each in catalog.course.topic
    )
    return replace(catalog, course=catalog.course.model_copy(update={"topic": topics}))


def _chosen(catalog: Catalog, topics: Sequence[str] | None) -> tuple[Catalog, tuple[Topic, ...]]:
    if topics is None:
        return catalog, catalog.ready
    names = [catalog.topic(name).name for name in topics]
    ready = as_ready(catalog, names)
    return ready, tuple(ready.topic(name) for name in dict.fromkeys(names))


def _course(catalog: Catalog) -> Iterator[Violation]:
    for name, rule in COURSE_RULES.items():
        yield from (Violation(name, *fault) for fault in rule(catalog))


def _found(rules: dict[str, TopicRule], subject: Subject) -> Iterator[Violation]:
    for name, rule in rules.items():
        yield from (Violation(name, *fault) for fault in rule(subject))


def _watch(futures: list[Future[Trial]], progress: Progress | None) -> None:
    for done, _ in enumerate(as_completed(futures), 1):
        if progress is not None:
            progress(done, len(futures))
