"""Decides where a learner stands, from the events that were kept: the same events give the same standing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from autograder.verdict import Verdict

__all__ = ["DONE", "Event", "PartStanding", "Standing", "State", "standing_of"]

DONE = frozenset({Verdict.PASSED, Verdict.AWAITING_PERSON})
"""Verdicts after which a learner has nothing left to do: what a person judges cannot pass here."""


class State(StrEnum):
    """How far a part is."""

    NEW = "new"
    TRIED = "tried"
    PASSED = "passed"
    REGRESSED = "regressed"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a learner did.

    Attributes:
        at: when, as ISO 8601 in UTC.
        topic: a topic's name; empty for what concerns the whole course.
        part: a part's name, or None for all of the topic.
        what: check, hint, gave_up, reset, opened; one that is not known here means nothing.
        detail: what else is known of it.
    """

    at: str
    topic: str
    part: str | None
    what: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PartStanding:
    """Where a learner stands with one part.

    Attributes:
        state: new, tried, passed, or regressed: it passed once and fails now.
        verdict: of the last check; None before the first, and after a reset.
        points: earned at the last check; none after a reset.
        best: most points ever earned.
        tries: how often it was checked.
        ran: whether the app started at the last check.
        passing: how many of its checks passed the last time.
        checks: how many there were.
        first: name of the check to fix first, if any.
        hints: ids of the families of hints that help with it.
        at: when it was last checked.
    """

    state: State = State.NEW
    verdict: Verdict | None = None
    points: float = 0.0
    best: float = 0.0
    tries: int = 0
    ran: bool = True
    passing: int = 0
    checks: int = 0
    first: str | None = None
    hints: tuple[str, ...] = ()
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a learner stands in the whole course."""

    parts: Mapping[tuple[str, str], PartStanding] = field(default_factory=dict)
    stages: Mapping[tuple[str, str], int] = field(default_factory=dict)
    surrendered: frozenset[tuple[str, str | None]] = frozenset()

    def part(self, topic: str, part: str) -> PartStanding:
        """Where they stand with one part; new, if it was never checked."""
        return self.parts.get((topic, part), PartStanding())

    def hint_stages(self, topic: str, family: str) -> int:
        """How many stages of a family of hints they have taken: 0 to 3."""
        return self.stages.get((topic, family), 0)

    def gave_up(self, topic: str, part: str) -> bool:
        """Whether they asked for the solution before passing."""
        return not self.surrendered.isdisjoint({(topic, part), (topic, None)})


def standing_of(events: Iterable[Event]) -> Standing:
    """Where these events leave a learner.

    Args:
        events: of one course, in the order in which they happened.
    """
    parts: dict[tuple[str, str], PartStanding] = {}
    stages: dict[tuple[str, str], int] = {}
    surrendered: set[tuple[str, str | None]] = set()
    for event in events:
        if event.what == "check" and event.part is not None:
            key = event.topic, event.part
            parts[key] = _checked(parts.get(key, PartStanding()), event)
        elif event.what == "hint":
            family = event.topic, str(event.detail.get("family", ""))
            stages[family] = max(stages.get(family, 0), _count(event.detail.get("stage")))
        elif event.what == "gave_up":
            surrendered.add((event.topic, event.part))
        elif event.what == "reset":
            _reset(parts, event)
    return Standing(parts, stages, frozenset(surrendered))


def _checked(before: PartStanding, event: Event) -> PartStanding:
    detail = event.detail
    try:
        verdict = Verdict(str(detail.get("verdict")))
    except ValueError:  # of a later version
        return before
    if verdict is Verdict.BROKEN:  # our fault, and no try of theirs
        return before
    hints, points = detail.get("hints"), _number(detail.get("points"))
    return PartStanding(
        state=_next_state(before.state, verdict),
        verdict=verdict,
        points=points,
        best=max(before.best, points),
        tries=before.tries + 1,
        ran=detail.get("ran") is not False,
        passing=_count(detail.get("passing")),
        checks=_count(detail.get("checks")),
        first=str(detail["first"]) if detail.get("first") else None,
        hints=tuple(map(str, hints)) if isinstance(hints, list) else (),
        at=event.at,
    )


def _next_state(before: State, verdict: Verdict) -> State:
    if verdict in DONE:
        return State.PASSED
    return State.REGRESSED if before in {State.PASSED, State.REGRESSED} else State.TRIED


def _reset(parts: dict[tuple[str, str], PartStanding], event: Event) -> None:
    """Begin anew; what was earned and how often it was tried stays known."""
    for (topic, part), old in parts.items():
        if topic == event.topic and event.part in {part, None}:
            parts[topic, part] = replace(PartStanding(), best=old.best, tries=old.tries)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
