"""No hostile answer makes a hidden check raise: a hand-in could otherwise stay `broken` for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.catalog.model import Part
from autograder.checks.api import Api
from autograder.checks.message import CheckInfo
from autograder.checks.wire import Answer
from autograder.tests.fuzz.answers import judged, tried
from autograder.tests.fuzz.recording import TOPICS, Check, recorded
from autograder.verdict import Verdict

TRIALS = 500

# Each of these made a check raise in a run before; the name of the topic, a path's part and the answer.
KNOWN = {
    "csv_field_limit": ("databases", b"id,owner", b"id,owner,minutes\r\n1," + b"x" * 140_000 + b",1\r\n"),
    "csv_number_of_5000_digits": (
        "databases",
        b"id,owner",
        b"id,owner,minutes\r\n" + b"1" * 5_000 + b",x,1\r\n",
    ),
    "character_reference_of_5000_digits": (
        "authorization",
        b"<ul>",
        b"<ul><li>&#" + b"9" * 5_000 + b";</li></ul>",
    ),
    "number_of_4300_digits": ("servers", b'"passages"', b'{"passages": ' + b"9" * 4_300 + b"}"),
    "json_480_deep": (
        "responses",
        b'"email"',
        b'{"id": 1, "deep": ' + b'{"a":' * 480 + b"1" + b"}" * 480 + b"}",
    ),
    "target_with_an_unhashable_name": ("structure", b'"targets"', b'{"time": "", "targets": [{"name": {}}]}'),
    "security_without_objects": (
        "authentication",
        b'"openapi"',
        b'{"paths": {"/me": {"get": {"security": [1]}}}}',
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("topic", TOPICS)
def test_no_hostile_answer_makes_a_check_raise(topic: str) -> None:
    checks = recorded(topic)
    for check in checks:
        assert judged(check)[0] is Verdict.PASSED, check.name
    result = tried(checks, range(TRIALS))
    assert result.broken == []
    assert result.verdicts[Verdict.FAILED] > TRIALS / 2, "the answers are not hostile"
    for name, (_, mark, body) in ((name, each) for name, each in KNOWN.items() if each[0] == topic):
        changed = [
            _with(check, mark, body) for check in checks if any(mark in each.body for each in check.answers)
        ]
        assert changed, f"{name}: no answer holds {mark!r}"
        assert [judged(check) for check in changed if judged(check)[0] is Verdict.BROKEN] == [], name


def _with(check: Check, mark: bytes, body: bytes) -> Check:
    answers = [replace(each, body=body) if mark in each.body else each for each in check.answers]
    return replace(check, answers=answers)


@pytest.mark.parametrize("fault", [TypeError, RecursionError, ValueError, SystemExit])
def test_a_check_that_raises_is_seen(fault: type[BaseException]) -> None:
    def test_it(api: Api) -> None:
        api.get("/")
        raise fault

    part = Part(name="flask", kind="contract", points=1, files=("flask_app.py",), framework="flask")
    info = CheckInfo("test_it", "It raises.", 1, None, (), (), "test_contract.py")
    check = Check(part, info, test_it, [Answer(200, (), b"{}")])
    assert len(tried([check], range(20)).broken) >= 10
