"""What is kept of a report that was recorded: the class's table needs no more."""

from __future__ import annotations

import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from autograder.report.model import Report
from autograder.report.short import shortened_report
from autograder.report.terminal import show_class
from autograder.tests.report.samples import mixed, not_started
from autograder.tests.report.strategies import reports


def table(whole: list[Report]) -> str:
    out = io.StringIO()
    show_class(whole, Console(file=out, width=120))
    return out.getvalue()


@given(st.lists(reports, max_size=3))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=30)
def test_the_class_table_is_the_same(whole: list[Report]) -> None:
    assert table([shortened_report(each) for each in whole]) == table(whole)


def test_an_app_that_did_not_start_is_still_told_of() -> None:
    assert "did not start" in table([shortened_report(not_started())])


def test_it_is_less_than_a_third_of_the_whole() -> None:
    whole = mixed()
    assert len(shortened_report(whole).model_dump_json()) < len(whole.model_dump_json()) / 3


def test_parts_that_came_to_the_same_are_kept_once() -> None:
    whole = not_started()
    better = whole.parts[0].model_copy(update={"points": 1.0})
    first, second = shortened_report(whole), shortened_report(not_started())
    other = shortened_report(whole.model_copy(update={"parts": (better, *whole.parts[1:])}))
    assert first.parts[0] is second.parts[0]
    assert other.parts[0] is not first.parts[0]
    assert other.parts[0].points == 1.0


def test_the_rest_is_as_it_was_and_the_names_of_fields_are_kept_once() -> None:
    whole = mixed()
    short, other = shortened_report(whole), shortened_report(not_started())
    assert short.model_dump(exclude={"parts", "versions"}) == whole.model_dump(exclude={"parts", "versions"})
    assert Report.model_validate_json(short.model_dump_json()) == short
    assert short.model_fields_set is other.model_fields_set
