"""The rules of `course dev check`, by id: what is not here does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from autograder.catalog import Catalog
from autograder.devcheck import behaviour, checks, code, lesson, matrix, place, secret, trees, wrong
from autograder.devcheck.authored import Role
from autograder.devcheck.subject import Subject
from autograder.devcheck.violation import Fault

__all__ = ["COURSE_RULES", "TOPIC_RULES", "TRIAL_RULES", "CourseRule", "TopicRule"]

CourseRule = Callable[[Catalog], Iterator[Fault]]
TopicRule = Callable[[Subject], Iterator[Fault]]

COURSE_RULES: dict[str, CourseRule] = {
    "unclaimed": trees.unclaimed,
    "framework-folder": trees.shadows,
    "machine-path": trees.machine_paths,
    "starter-copy": trees.starters_recorded,
    "secret-line": secret.released,
    "shared-line": secret.shared_lines,
}
"""About the whole course."""

TOPIC_RULES: dict[str, TopicRule] = {
    "places": place.places,
    "part-kind": place.kinds,
    "toml": place.tomls,
    "lesson-section": lesson.sections,
    "lesson-region": lesson.regions,
    "lesson-prediction": lesson.predictions,
    "check-collected": checks.collected,
    "check-sentence": checks.sentences,
    "check-points": checks.points,
    "check-objective": checks.objectives,
    "check-hint": checks.hints,
    "hint-unused": checks.unused_hints,
    "objective-assessed": matrix.assessed,
    "framework-word": checks.framework_words,
    "todo": code.todos,
    "lint": code.linted,
    "types": code.typed,
}
"""About one topic, from its files alone."""

TRIAL_RULES: dict[str, TopicRule] = {
    "judged": behaviour.judged,
    "starter": behaviour.starters,
    "solution": partial(behaviour.pass_everything, role=Role.SOLUTION),
    "right": partial(behaviour.pass_everything, role=Role.RIGHT),
    "wrong": wrong.wrong_ones,
    "caught": wrong.caught,
    "exemption": wrong.exemptions,
}
"""About one topic, from what its apps did when they were judged."""
