"""The same events give the same standing, and what is not known means nothing."""

from __future__ import annotations

import pytest

from autograder.learn.standing import Event, PartStanding, Standing, State, standing_of


def event(what: str, part: str | None = "flask", /, **detail: object) -> Event:
    return Event("2026-11-22T13:00:00.000Z", "greeting", part, what, detail)


def check(verdict: str, points: float = 0, **detail: object) -> Event:
    return event("check", verdict=verdict, points=points, **detail)


def flask(*events: Event) -> PartStanding:
    return standing_of(events).part("greeting", "flask")


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        ([], State.NEW),
        (["failed"], State.TRIED),
        (["crashed"], State.TRIED),
        (["failed", "passed"], State.PASSED),
        (["awaiting_person"], State.PASSED),
        (["passed", "failed"], State.REGRESSED),
        (["passed", "failed", "timed_out"], State.REGRESSED),
        (["passed", "failed", "passed"], State.PASSED),
        (["passed", "broken"], State.PASSED),
        (["broken"], State.NEW),
        (["passed", "danced"], State.PASSED),
    ],
)
def test_the_last_verdict_decides_and_what_passed_once_is_remembered(
    verdicts: list[str], state: State
) -> None:
    assert flask(*map(check, verdicts)).state is state


def test_a_check_that_broke_is_no_try() -> None:
    assert flask(check("failed"), check("broken")).tries == 1


def test_the_best_points_stay_and_the_last_ones_are_told_apart() -> None:
    seen = flask(check("failed", 7), check("failed", 3))
    assert (seen.points, seen.best) == (3, 7)


def test_after_a_reset_a_part_is_new_and_its_best_is_known() -> None:
    seen = flask(check("passed", 10), event("reset"))
    assert (seen.state, seen.verdict, seen.points, seen.best, seen.tries) == (State.NEW, None, 0, 10, 1)


def test_a_reset_of_one_part_leaves_the_other() -> None:
    assert flask(check("passed", 10), event("reset", "fastapi")).state is State.PASSED
    assert flask(check("passed", 10), event("reset", None)).state is State.NEW


def test_hints_are_counted_by_part_check_and_family_and_asking_again_counts_once() -> None:
    standing = standing_of(
        [event("hint", family="name", stage=stage, check="test_greets") for stage in (1, 2, 1)]
    )
    assert standing.hint_stages("greeting", "flask", "test_greets", "name") == 2
    assert standing.hint_stages("greeting", "flask", "test_greets", "missing") == 0
    assert standing.hint_stages("greeting", "flask", "test_other", "name") == 0
    assert standing.hint_stages("greeting", "fastapi", "test_greets", "name") == 0
    assert standing.hint_stages("opinion", "flask", "test_greets", "name") == 0


def test_giving_up_counts_for_the_part_or_for_the_whole_topic() -> None:
    one = standing_of([event("gave_up")])
    assert one.gave_up("greeting", "flask")
    assert not one.gave_up("greeting", "fastapi")
    assert standing_of([event("gave_up", None)]).gave_up("greeting", "fastapi")


@pytest.mark.parametrize(
    "detail",
    [{}, {"verdict": None}, {"verdict": "failed", "points": "many", "hints": "name", "checks": [1]}],
)
def test_odd_details_are_no_error(detail: dict[str, object]) -> None:
    seen = flask(event("check", **detail))
    assert (seen.points, seen.hints, seen.checks) == (0, (), 0)


def test_without_events_everything_is_new() -> None:
    assert Standing().part("any", "thing") == PartStanding()
