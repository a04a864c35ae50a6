"""What a run of grading reports beside its results: what is out of date, missing or unknown."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.nb.compare import Difference

__all__ = ["Remark", "Remarks"]

_NAMES_MOST = 30


@dataclass(frozen=True, slots=True)
class Remark:
    """A paragraph for the instructor.

    Attributes:
        text: what is so, for whom, and what to do.
        is_change: whether this run changed the gradebook by it, or is about to.
    """

    text: str
    is_change: bool = False


class Remarks:
    """Words the remarks of one run.

    Args:
        topic: the topic's name.
        folder: the grading folder.
    """

    def __init__(self, topic: str, folder: Path) -> None:
        self._topic = topic
        self._folder = shlex.quote(str(folder))

    def again(self, found: Mapping[str, Difference]) -> Iterator[Remark]:
        """Grades that are made again, grouped by why."""
        for why, names in _grouped(found).items():
            yield Remark(f"{_grades(len(names))} {why}; grading again: {_listed(names)}.", is_change=True)

    def kept(self, found: Mapping[str, Difference]) -> Iterator[Remark]:
        """Grades that are out of date and stay until the new points are released."""
        for why, names in _grouped(found).items():
            yield Remark(
                f"{_grades(len(names))} {why}; kept until the new points are released: {_listed(names)}."
            )

    def points(self, differ: Sequence[str]) -> Iterator[Remark]:
        """How course.toml differs from the release."""
        if differ:
            yield Remark(
                f"course.toml and the release of {self._topic} differ: {'; '.join(differ)}. "
                "Grades are out of the release's points. To release the new ones, run "
                f"`course build {self._folder}`, then in that folder "
                f"`nbgrader generate_assignment {self._topic}`, then autograde again."
            )

    def penalties(self, changes: Mapping[str, str]) -> Iterator[Remark]:
        """Late penalties that were computed anew."""
        if changes:
            number = "1 late penalty" if len(changes) == 1 else f"{len(changes)} late penalties"
            names = [f"{student} {change}" for student, change in sorted(changes.items())]
            yield Remark(f"{number} of {self._topic} changed: {_listed(names)}.", is_change=True)

    def unknown(self, students: Sequence[str]) -> Iterator[Remark]:
        """Entries of the gradebook that no hand-in here led to."""
        if students:
            yield Remark(
                f"In the gradebook, but no hand-in of this folder led to it: {_listed(students)}. "
                "It is left alone. Put the hand-in into submitted/ and autograde again, or remove the "
                f"entry with `{self._withdraw(students)}`."
            )

    def vanished(self, students: Sequence[str]) -> Iterator[Remark]:
        """Grades whose hand-ins were taken away."""
        if students:
            yield Remark(
                f"Graded, but the hand-in is no longer in submitted/: {_listed(students)}. "
                f"Put it back, or withdraw it with `{self._withdraw(students)}`."
            )

    def removed(self, students: Sequence[str]) -> Iterator[Remark]:
        """Grades of which only the journal is left."""
        if students:
            yield Remark(
                f"Graded once, and now neither in the gradebook nor in submitted/: {_listed(students)}. "
                f"Put the hand-in back, or settle it with `{self._withdraw(students)}`."
            )

    def off_roster(self, problems: Mapping[str, str]) -> Iterator[Remark]:
        """Students who handed in and are not on the roster."""
        for student, problem in problems.items():
            if problem:
                yield Remark(f"{student} is {problem}")

    def times(self, duedate: datetime | None, timeless: Sequence[str]) -> Iterator[Remark]:
        """Why a late penalty cannot be computed, where penalties are configured."""
        if duedate is None:
            yield Remark(
                f"{self._topic} has no due date: no late penalty can be computed. Set one with "
                f'`nbgrader db assignment add {self._topic} --duedate "2031-03-01 18:00:00 UTC"`.'
            )
        elif timeless:
            yield Remark(
                f"no timestamp: no late penalty can be computed for {_listed(timeless)}. Write the time into "
                f'submitted/STUDENT/{self._topic}/timestamp.txt, such as "2031-03-01 18:00:00 UTC".'
            )

    def _withdraw(self, students: Sequence[str]) -> str:
        student = shlex.quote(students[0]) if len(students) == 1 else "STUDENT"
        return f"course withdraw {self._topic} {student} --build {self._folder}"


def _grouped(found: Mapping[str, Difference]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for student, each in sorted(found.items()):
        groups.setdefault(each.why, []).append(f"{student} ({each.detail})" if each.detail else student)
    return groups


def _grades(number: int) -> str:
    return "1 grade is" if number == 1 else f"{number} grades are"


def _listed(names: Collection[str]) -> str:
    told = list(names)[:_NAMES_MOST]
    more = len(names) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")
