"""Compares journal and gradebook: which grades must be made again and why, and which entries nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from autograder.nb.basis import Basis
from autograder.nb.contents import Scores
from autograder.nb.journal import Kind, Standing

__all__ = ["UNCOMPUTED", "Difference", "difference", "differences", "unknown", "vanished"]


UNCOMPUTED = "without a late penalty that could be computed"
_LOST = "missing from the gradebook"
_EDITED = "not in the gradebook as recorded"


@dataclass(frozen=True, slots=True)
class Difference:
    """Why a finished grade no longer holds.

    Attributes:
        why: as the end of a sentence that begins with "The grade is".
        detail: what is said of this student alone.
        is_outdated: whether the grade is whole, and what it was judged by has changed.
    """

    why: str
    detail: str = ""
    is_outdated: bool = False

    @property
    def told(self) -> str:
        """As a cell of a table has it."""
        return f"{self.why}: {self.detail}" if self.detail else self.why


def difference(standing: Standing, scores: Scores | None, now: Basis, topic: str) -> Difference | None:
    """Why a grade that the journal calls finished has to be made again; None when it holds.

    A person's points and extra credit are never compared: they are the person's to change.

    Args:
        standing: what the journal says.
        scores: the gradebook's automatic scores; None when it has no such submission.
        now: what the grade would be recorded by now.
        topic: the topic's name.
    """
    basis = Basis.read(standing.basis)
    points = Difference(f"out of date because the points of {topic} changed")
    if not standing.complete:
        # Another hand-in is graded anyway; but a new release makes another of one that has not changed.
        return points if standing.finished and basis is not None and basis.points != now.points else None
    if scores is None:
        return Difference(_LOST)
    if basis is None:
        return None
    if edited := basis.edited(scores):
        return Difference(_EDITED, edited)
    if basis.points != now.points:
        return points
    changed = basis.changed_since(now, topic)
    return Difference(f"out of date because {changed}", is_outdated=True) if changed else None


def differences(
    standings: Mapping[str, Standing], recorded: Mapping[str, Scores], now: Basis, topic: str
) -> dict[str, Difference]:
    """The differences of all finished grades, by student."""
    return {
        who: found
        for who, standing in standings.items()
        if (found := difference(standing, recorded.get(who), now, topic)) is not None
    }


def unknown(
    recorded: Collection[str], standings: Mapping[str, Standing], present: Collection[str]
) -> list[str]:
    """Students with a submission in the gradebook that no hand-in of this folder led to.

    Args:
        recorded: the students whom the gradebook has a submission of.
        standings: what the journal says.
        present: the students with a hand-in in ``submitted``.
    """
    known = {who for who, each in standings.items() if Kind.BEGUN in each.events and not each.withdrawn}
    return sorted(set(recorded) - known - set(present))


def vanished(standings: Mapping[str, Standing], present: Collection[str]) -> list[str]:
    """Students whose hand-in was graded and is no longer in ``submitted``."""
    return sorted(
        student for student, standing in standings.items() if standing.finished and student not in present
    )
