"""Decides where a learner stands, from the events that were kept: the same events give the same standing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from autograder.verdict import Verdict

__all__ = ["DONE", "Change", "Event", "PartStanding", "Stamp", "Standing", "State", "standing_of"]

DONE = frozenset({Verdict.PASSED, Verdict.AWAITING_PERSON})
"""Verdicts after which a learner has nothing left to do: what a person judges cannot pass here."""


class State(StrEnum):
    """How far a part is."""

    NEW = "new"
    TRIED = "tried"
    PASSED = "passed"
    REGRESSED = "regressed"
    CHANGED = "changed"
    """It passed when it was last checked, and its files or its checks have changed since."""


class Change(StrEnum):
    """What has changed since a part was last checked."""

    NONE = ""
    FILES = "files"
    CHECKS = "checks"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a check was about.

    Attributes:
        files: digest of the part's files; empty where they were saved during the check.
        checks: digest of the checks and of the part's lines in course.toml, likewise.
    """

    files: str
    checks: str


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
        sentence: what that check asks of the app, as its learner read it.
        shown: whether the last check showed this part's first failing check as the one to fix first.
        hints: ids of the families of hints that help with it.
        at: when it was last checked.
        run: which of the course's checks that was, counted from 1.
        stamp: what was checked then; None in records made before stamps were kept.
        changed: what has changed since, as ``changes.as_it_is_now`` sees it.
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
    sentence: str | None = None
    shown: bool = False
    hints: tuple[str, ...] = ()
    at: str | None = None
    run: int = 0
    stamp: Stamp | None = None
    changed: Change = Change.NONE

    @property
    def is_passed(self) -> bool:
        """Whether what is there now passed."""
        return self.state is State.PASSED and self.changed is Change.NONE

    @property
    def is_failing(self) -> bool:
        """Whether it did not pass when it was last checked."""
        return self.state in {State.TRIED, State.REGRESSED}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a learner stands in the whole course."""

    parts: Mapping[tuple[str, str], PartStanding] = field(default_factory=dict)
    stages: Mapping[tuple[str, str | None, str | None, str], int] = field(default_factory=dict)
    surrendered: frozenset[tuple[str, str | None]] = frozenset()
    runs: int = 0
    """How often anything was checked; a check of a whole topic counts once."""

    def part(self, topic: str, part: str) -> PartStanding:
        """Where they stand with one part; new, if it was never checked."""
        return self.parts.get((topic, part), PartStanding())

    def hint_stages(self, topic: str, part: str, check: str | None, family: str) -> int:
        """How many stages of a family of hints they have taken for one check of a part: 0 to 3."""
        return self.stages.get((topic, part, check, family), 0)

    def gave_up(self, topic: str, part: str) -> bool:
        """Whether they asked for the solution before passing."""
        return not self.surrendered.isdisjoint({(topic, part), (topic, None)})


def standing_of(events: Iterable[Event]) -> Standing:
    """Where these events leave a learner.

    Args:
        events: of one course, in the order in which they happened.
    """
    parts: dict[tuple[str, str], _Way] = {}
    stages: dict[tuple[str, str | None, str | None, str], int] = {}
    surrendered: set[tuple[str, str | None]] = set()
    runs = _Runs()
    for event in events:
        if event.what == "check" and event.part is not None:
            parts.setdefault((event.topic, event.part), _Way()).checked(event, runs.number(event))
        elif event.what == "hint":
            check, family = _text(event.detail.get("check")), str(event.detail.get("family", ""))
            asked = event.topic, event.part, check, family
            stages[asked] = max(stages.get(asked, 0), _count(event.detail.get("stage")))
        elif event.what == "gave_up":
            surrendered.add((event.topic, event.part))
        elif event.what == "reset":
            for (topic, part), way in parts.items():
                if topic == event.topic and event.part in {part, None}:
                    way.reset()
    return Standing(
        {key: way.standing() for key, way in parts.items()}, stages, frozenset(surrendered), runs.count
    )


class _Runs:
    """Which events are of one check: a check of a topic leaves one for each part."""

    def __init__(self) -> None:
        self.count = 0
        self._of: tuple[str, object] | None = None

    def number(self, event: Event) -> int:
        """The number of the check that left this event."""
        of = event.topic, event.detail.get("run", event.at)
        if of != self._of:
            self._of, self.count = of, self.count + 1
        return self.count


class _Way:
    """The checks of one part so far; of thousands only the last is looked at closely."""

    def __init__(self) -> None:
        self._state = State.NEW
        self._best = 0.0
        self._tries = 0
        self._last: Event | None = None
        self._run = 0

    def checked(self, event: Event, run: int) -> None:
        """Take in how a check ended."""
        verdict = _VERDICTS.get(event.detail.get("verdict"))
        if verdict is None or verdict is Verdict.BROKEN:  # of a later version; or our fault, and no try
            return
        self._state = _next_state(self._state, verdict)
        self._best = max(self._best, _number(event.detail.get("points")))
        self._tries += 1
        self._last, self._run = event, run

    def reset(self) -> None:
        """Begin anew; what was earned and how often it was tried stays known."""
        self._state, self._last = State.NEW, None

    def standing(self) -> PartStanding:
        """Where this has led."""
        if self._last is None:
            return PartStanding(best=self._best, tries=self._tries)
        detail = self._last.detail
        hints = detail.get("hints")
        return PartStanding(
            state=self._state,
            verdict=_VERDICTS.get(detail.get("verdict")),
            points=_number(detail.get("points")),
            best=self._best,
            tries=self._tries,
            ran=detail.get("ran") is not False,
            passing=_count(detail.get("passing")),
            checks=_count(detail.get("checks")),
            first=_text(detail.get("first")),
            sentence=_text(detail.get("sentence")),
            shown=detail.get("shown") is True,
            hints=tuple(map(str, hints)) if isinstance(hints, list) else (),
            at=self._last.at,
            run=self._run,
            stamp=_stamp(detail.get("stamp")),
        )


_VERDICTS: dict[object, Verdict] = {verdict.value: verdict for verdict in Verdict}


def _next_state(before: State, verdict: Verdict) -> State:
    # By identity: an enumeration's hash is computed in Python, and there may be thousands of events.
    if verdict is Verdict.PASSED or verdict is Verdict.AWAITING_PERSON:
        return State.PASSED
    return State.REGRESSED if before is State.PASSED or before is State.REGRESSED else State.TRIED


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _text(value: object) -> str | None:
    return str(value) if value else None


def _stamp(value: object) -> Stamp | None:
    if not isinstance(value, dict):
        return None
    return Stamp(str(value.get("files", "")), str(value.get("checks", "")))
