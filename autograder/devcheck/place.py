"""Rules about a topic's four places: all there, with the files that a learner and a grader need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.devcheck.subject import Subject
from autograder.devcheck.tomls import Exemptions, Hints, Survivors, read_toml
from autograder.devcheck.violation import Fault, shown
from autograder.frameworks import FRAMEWORKS
from autograder.kinds import JUDGES

__all__ = ["kinds", "places", "tomls"]


def places(subject: Subject) -> Iterator[Fault]:
    """The topic has its four places, with every file that each must have."""
    for path in _needed(subject):
        package = path.with_suffix("") / "__init__.py"
        if not path.is_file() and not (path.suffix == ".py" and package.is_file()):
            yield Fault(
                shown(subject.root, path),
                "The topic needs this file.",
                "Write it; `course dev new` makes a first version of a new topic's files.",
            )


def kinds(subject: Subject) -> Iterator[Fault]:
    """Every part is of a kind that can be judged."""
    for part in subject.topic.part:
        where = f"course.toml: topic.{subject.topic.name}.part.{part.name}"
        if part.kind not in JUDGES:
            kinds = ", ".join(JUDGES)
            yield Fault(where, f"Parts of kind {part.kind!r} cannot be judged yet.", f"Use one of: {kinds}.")
        elif part.served and part.framework is None:
            yield Fault(where, "The part says no framework.", 'Add `framework = "…"` to it.')


def tomls(subject: Subject) -> Iterator[Fault]:
    """The topic's TOML files hold what they may hold and nothing else."""
    yield from read_toml(subject.root, subject.places.hints, Hints)[1]
    yield from read_toml(subject.root, subject.places.hidden / "exempt.toml", Exemptions)[1]
    yield from read_toml(subject.root, subject.places.hidden / "survivors.toml", Survivors)[1]


def _needed(subject: Subject) -> Iterator[Path]:
    where = subject.places
    yield where.lesson / "lesson.md"
    for framework in subject.catalog.course.frameworks:
        yield where.lesson / f"{FRAMEWORKS[framework].module}.py"
    yield where.brief
    yield where.examples
    yield where.hints
    for place in (where.exercise, where.solution):
        for part in subject.topic.part:
            for name in part.files:
                if name != f"{subject.topic.name}.ipynb":
                    yield place / name
    yield where.solution / "NOTES.md"
    yield where.contract
