"""Gathers what there is of a topic: its checks, its wrong submissions and what they catch, its matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.catalog import Catalog, Topic
from autograder.checks.message import CheckInfo
from autograder.devcheck.authored import Role, authored_apps, told_to_fail
from autograder.devcheck.matrix import Matrix, matrix_of
from autograder.devcheck.subject import look_at
from autograder.devcheck.violation import Fault

__all__ = ["TopicSheet", "WrongOne", "show_topic"]


@dataclass(frozen=True, slots=True)
class WrongOne:
    """A wrong submission, and the checks that it says it fails."""

    path: Path
    part: str
    fails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicSheet:
    """A topic as its files tell it; nothing of it was run.

    Attributes:
        topic: title, minutes, objectives and parts, as course.toml has them.
        checks: by part, the hidden checks in their order.
        wrong: the wrong submissions.
        matrix: objectives against lesson and parts.
        faults: why checks of a part are not shown, if any are not.
    """

    topic: Topic
    checks: Mapping[str, tuple[CheckInfo, ...]]
    wrong: tuple[WrongOne, ...]
    matrix: Matrix
    faults: tuple[Fault, ...]

    def catchers(self, part: str, check: str) -> tuple[WrongOne, ...]:
        """The wrong submissions of a part that say they fail the check."""
        return tuple(each for each in self.wrong if each.part == part and check in each.fails)


def show_topic(catalog: Catalog, name: str) -> TopicSheet:
    """The sheet of a topic, ready or planned. Raises UsageError when there is none of this name."""
    topic = catalog.topic(name)
    subject = look_at(catalog, topic)
    wrong = tuple(
        WrongOne(app.path, app.part.name, told_to_fail(app))
        for app in authored_apps(catalog, topic)
        if app.role is Role.WRONG
    )
    return TopicSheet(topic, subject.checks, wrong, matrix_of(subject), subject.uncollected)
