from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from autograder.catalog.model import Reveal
from autograder.report.model import CheckReport, ProcessReport, Report
from autograder.report.reveal import reveal
from autograder.report.words import NOT_YOUR_FAULT
from autograder.tests.report.samples import SEED, check, mixed, not_started, part, report
from autograder.tests.report.strategies import reports
from autograder.verdict import Status, Verdict

LEVELS: tuple[Reveal, ...] = ("sentence", "example", "all")
EXCHANGE = {"sent": "GET /items/9931", "expected": "status 404", "got": "500 text/html\nsecret-77"}


def failed(name: str, verdict: Verdict = Verdict.FAILED, **changes: Any) -> CheckReport:
    return check(name, verdict, **({"message": f"secret message of {name}"} | EXCHANGE | changes))


def exchanges(told: Report) -> list[str]:
    return [c.name for p in told.parts for c in p.checks if c.sent or c.expected or c.got]


def test_all_tells_everything_but_the_seed() -> None:
    whole = mixed()
    assert reveal(whole, "all") == whole.model_copy(update={"seed": ""})


def test_example_tells_the_first_failing_check_of_each_part() -> None:
    told = reveal(
        report(
            part("flask", check("a"), check("b", Verdict.SKIPPED), failed("c"), failed("d")),
            part("fastapi", failed("e", Verdict.CRASHED), failed("f")),
        ),
        "example",
    )
    assert exchanges(told) == ["c", "e"]
    by_name = {c.name: c for p in told.parts for c in p.checks}
    assert by_name["c"].message == "secret message of c"
    assert by_name["d"].message == by_name["f"].message == ""
    assert by_name["d"].sentence


@pytest.mark.parametrize("level", LEVELS)
def test_an_error_that_an_app_printed_is_told_with_everything_else_only(level: Reveal) -> None:
    whole = report(part("flask", failed("a", error="KeyError: 'secret-9931'")))
    assert ("secret-9931" in reveal(whole, level).model_dump_json()) is (level == "all")


def test_sentence_tells_no_exchange_and_no_reason_that_could_name_a_value() -> None:
    told = reveal(report(part("flask", failed("a"), failed("b"))), "sentence")
    assert exchanges(told) == []
    assert "secret" not in told.model_dump_json()
    assert [c.verdict for c in told.parts[0].checks] == [Verdict.FAILED] * 2


@pytest.mark.parametrize("verdict", [Verdict.CRASHED, Verdict.TIMED_OUT, Verdict.SKIPPED])
def test_why_an_app_did_not_answer_is_told_at_every_level(verdict: Verdict) -> None:
    why = "The app was ended: it used up its memory."
    for level in LEVELS:
        told = reveal(report(part("flask", failed("a"), failed("b", verdict, message=why))), level)
        assert told.parts[0].checks[1].message == why


def test_a_refusal_is_told_at_every_level() -> None:
    why = "There is no flask_app.py in your hand-in."
    whole = report(part("flask", check("a", Verdict.FAILED, message=why), refusal=why), refusal=why)
    for level in LEVELS:
        told = reveal(whole, level)
        assert told.parts[0].refusal == told.parts[0].checks[0].message == told.refusal == why


def test_the_learners_own_traceback_is_told_where_nothing_ran() -> None:
    for level in LEVELS:
        process = reveal(not_started(), level).parts[0].process
        assert process is not None
        assert "NameError" in process.traceback


@pytest.mark.parametrize("level", ["sentence", "example"])
def test_what_an_app_printed_while_it_was_asked_is_not_told(level: Reveal) -> None:
    printed = ProcessReport(started=True, stdout="GET /items/9931", stderr="9931", traceback="9931")
    told = reveal(report(part("flask", check("a"), process=printed)), level)
    assert "9931" not in told.model_dump_json()
    assert "9931" in reveal(report(part("flask", check("a"), process=printed)), "all").model_dump_json()


def broken() -> Report:
    fault = check("a", Verdict.BROKEN, message="KeyError: 'price-9931' in test_contract.py", **EXCHANGE)
    return report(part("flask", fault, broken="a: KeyError: 'price-9931'"), status=Status.BROKEN)


@pytest.mark.parametrize("level", LEVELS)
def test_what_broke_on_our_side_is_not_told_to_a_student(level: Reveal) -> None:
    told = reveal(broken(), level)
    assert told.parts[0].broken == told.parts[0].checks[0].message == NOT_YOUR_FAULT
    assert "9931" not in told.model_dump_json()
    assert told.status is Status.BROKEN


def test_who_runs_the_grader_too_is_told_what_broke() -> None:
    told = reveal(broken(), "all", own_machine=True)
    assert told.parts[0].broken == "a: KeyError: 'price-9931'"


@given(reports)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
def test_no_level_changes_points_or_verdicts_or_lets_more_out_than_the_next(whole: Report) -> None:
    seen: list[set[str]] = []
    for level in LEVELS:
        told = reveal(whole, level)
        assert told.seed == ""
        assert [p.model_dump(include={"verdict", "points", "max_points"}) for p in told.parts] == [
            p.model_dump(include={"verdict", "points", "max_points"}) for p in whole.parts
        ]
        seen.append({f"{p}.{c}.{f}" for p, c, f in _facts(told)})
    assert seen[0] <= seen[1] <= seen[2]


def test_the_seed_is_nowhere_in_what_is_told() -> None:
    assert SEED in mixed().model_dump_json()
    for level in LEVELS:
        assert SEED not in json.dumps(reveal(mixed(), level).model_dump(mode="json"))


def _facts(told: Report) -> list[tuple[int, int, str]]:
    return [
        (p, c, field)
        for p, one in enumerate(told.parts)
        for c, each in enumerate(one.checks)
        for field in ("sent", "expected", "got", "message")
        if getattr(each, field)
    ]
