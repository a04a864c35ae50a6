"""Decides how far one part of one topic is: from its last check, and from what its files are now."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.catalog import Part, Topic
from autograder.learn.standing import Change, PartStanding, State

__all__ = ["Row", "part_minutes"]


@dataclass(frozen=True, slots=True)
class Row:
    """One part of one topic, as its learner stands.

    Attributes:
        worked_on: its files are known to differ from those handed out.
        untouched: they are known to be as handed out.
        gave_up: whether its learner asked for the solution before it passed.
        hidden_checks: how many judge it when it is handed in, where only its examples are at hand.
    """

    topic: Topic
    part: Part
    standing: PartStanding
    worked_on: bool
    untouched: bool
    gave_up: bool
    hidden_checks: int | None = None

    @property
    def state(self) -> State:
        """How far it is; a check of the whole topic looks at untouched parts, too, and begins none."""
        if self.standing.state is State.TRIED and self.untouched:
            return State.NEW
        return State.CHANGED if self.passed_before else self.standing.state

    @property
    def is_passed(self) -> bool:
        """Whether what is there now passed; nothing is left to do then."""
        return self.standing.is_passed

    @property
    def passed_before(self) -> bool:
        """Whether it passed when it was last checked, and has changed since."""
        return self.standing.state is State.PASSED and not self.is_passed

    @property
    def is_begun(self) -> bool:
        """Whether its files were edited, or checked and not put back."""
        return self.worked_on or (self.standing.verdict is not None and not self.untouched)

    @property
    def is_outdated(self) -> bool:
        """Whether its last result is not about what is there now."""
        return self.standing.changed is not Change.NONE

    @property
    def points(self) -> float:
        """What its files, as they are, are known to earn."""
        return 0.0 if self.is_outdated else self.standing.points


def part_minutes(topic: Topic, part: Part) -> float:
    """How long a part takes: its share of the topic's minutes, as of the topic's points."""
    return topic.minutes * part.points / topic.points
