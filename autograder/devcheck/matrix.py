"""The alignment matrix: which section teaches an objective, and which checks of each part assess it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autograder.catalog import Catalog
from autograder.catalog.model import Objective
from autograder.devcheck.lesson import anchors
from autograder.devcheck.subject import Subject, look_at
from autograder.devcheck.violation import Fault

__all__ = ["Matrix", "Row", "alignment", "assessed", "matrix_of"]


@dataclass(frozen=True, slots=True)
class Row:
    """One objective.

    Attributes:
        objective: the objective.
        taught: whether the lesson has the section that it names.
        checks: by part, the names of the hidden checks that assess it.
    """

    objective: Objective
    taught: bool
    checks: Mapping[str, tuple[str, ...]]

    @property
    def gaps(self) -> tuple[str, ...]:
        """The parts that do not assess it."""
        return tuple(part for part, names in self.checks.items() if not names)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A topic's objectives against its lesson and its parts."""

    topic: str
    parts: tuple[str, ...]
    rows: tuple[Row, ...]


def alignment(catalog: Catalog, topic: str) -> Matrix:
    """The topic's matrix. Raises UsageError when there is no such topic."""
    return matrix_of(look_at(catalog, catalog.topic(topic)))


def matrix_of(subject: Subject) -> Matrix:
    """The matrix of a topic whose checks are collected."""
    lesson = subject.places.lesson / "lesson.md"
    taught = anchors(lesson.read_text(encoding="utf-8")) if lesson.is_file() else frozenset()
    rows = []
    for objective in subject.topic.objective:
        checks = {
            part: tuple(info.name for info in infos if info.objective == objective.id)
            for part, infos in subject.checks.items()
        }
        rows.append(Row(objective, objective.section in taught, checks))
    return Matrix(subject.topic.name, tuple(subject.checks), tuple(rows))


def assessed(subject: Subject) -> Iterator[Fault]:
    """Every part assesses every objective by at least one hidden check."""
    for row in matrix_of(subject).rows:
        for part in row.gaps:
            yield Fault(
                f"course.toml: topic.{subject.topic.name}.objective.{row.objective.id}",
                f"No hidden check of the part {part!r} assesses the objective.",
                "Write a check that assesses it, or drop the objective.",
            )
