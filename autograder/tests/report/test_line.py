"""A report as a line: printable, whole, and the same report when it is read back."""

from __future__ import annotations

from hypothesis import given, settings

from autograder.report.line import json_line
from autograder.report.model import Report
from autograder.tests.report.samples import report
from autograder.tests.report.strategies import reports

ACTING = "\x1b[2J\x7f\x85\x9b31m\u202egnp\u2028\u2029\U0001f600\\u0041 ##[error]no"


def test_what_acts_on_a_terminal_or_ends_a_line_is_escaped() -> None:
    told = report(notes=(ACTING,))
    line = json_line(told)
    assert line.isascii()
    assert line.isprintable()
    assert line.splitlines() == [line]
    assert "##" not in line
    assert Report.model_validate_json(line) == told


@given(reports)
@settings(max_examples=30)
def test_nothing_is_lost(whole: Report) -> None:
    assert Report.model_validate_json(json_line(whole)) == whole
