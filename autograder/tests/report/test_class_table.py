from __future__ import annotations

import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from autograder.report import class_table
from autograder.report.model import CountedGrade, CountedPart, Report
from autograder.report.terminal import show_class
from autograder.tests.report.samples import HOSTILE, check, mixed, not_started, part, passing, report
from autograder.tests.report.strategies import reports
from autograder.verdict import Status, Verdict


def shown(whole: list[Report], width: int = 120) -> str:
    out = io.StringIO()
    show_class(whole, Console(file=out, width=width))
    return out.getvalue()


def row(text: str, student: str) -> list[str]:
    return next(line.split() for line in text.split("\n") if line.startswith(f"{student} "))


def named(whole: Report, student: str) -> Report:
    return whole.model_copy(update={"student": student})


def broken() -> Report:
    fault = part(
        "fastapi", verdict=Verdict.BROKEN, broken="No sandbox.\n  where: here", max_points=8, process=None
    )
    return report(part("flask", *map(check, "abcd")), fault, student="ken", status=Status.BROKEN)


def waiting() -> Report:
    memo = part("memo", verdict=Verdict.AWAITING_PERSON, kind="memo", max_points=10, process=None)
    return report(memo, student="tim", status=Status.AWAITING_PERSON)


CLASS = [named(passing(), "grace"), named(mixed(), "ada"), broken(), waiting(), named(not_started(), "bob")]


def test_a_student_has_one_line_with_parts_total_and_status() -> None:
    text = shown(CLASS)
    assert row(text, "ada")[:8] == ["ada", "2", "6", "8", "of", "16", "✓", "graded"]
    assert row(text, "grace")[:8] == ["grace", "8", "8", "16", "of", "16", "✓", "graded"]


def test_students_stand_in_order() -> None:
    text = shown(CLASS)
    places = [text.index(f"\n{name} ") for name in ("ada", "bob", "grace", "ken", "tim")]
    assert places == sorted(places)


@pytest.mark.parametrize("width", [70, 90, 140])
def test_a_large_class_is_laid_out_in_pieces_and_looks_as_in_one(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    names = ("bob", "ada", "grace", "konstantinopolitanski")
    noted = [named(not_started(), f"{name}-{at}") for at in range(3) for name in names]
    whole = [*noted, *CLASS]
    in_one = shown(whole, width)
    monkeypatch.setattr(class_table, "_PIECE", 4)
    assert shown(whole, width) == in_one
    assert in_one.count("total") == 1


def test_what_is_not_decided_shows_no_number() -> None:
    text = shown(CLASS)
    assert row(text, "ken")[:8] == ["ken", "8", "#", "#", "of", "16", "#", "broken"]
    assert row(text, "tim")[:7] == ["tim", "?", "0", "of", "10", "?", "awaiting"]


def test_the_table_shows_what_the_gradebook_counts() -> None:
    parts = (
        CountedPart(name="flask", points=9.5, max_points=8, waits=True, manual_points=9, extra_credit=0.5),
        CountedPart(name="fastapi", points=8, max_points=8, waits=False, auto_points=8),
    )
    counted = CountedGrade(parts=parts, late_penalty=2, points=15.5)
    text = shown([named(mixed(), "ada").model_copy(update={"counted": counted})])
    assert row(text, "ada")[:6] == ["ada", "9.5", "8", "15.5", "of", "16"]
    assert "Provisional: a person graded an earlier Flask." in text
    assert "Median of the graded: 15.5 of 16." in text


def test_the_note_says_what_to_look_at_first() -> None:
    text = shown(CLASS)
    assert "No sandbox." in text
    assert "where: here" not in text
    assert "Flask did not start." in text
    assert "was taken as" in text


def test_on_a_narrow_terminal_notes_follow_the_table() -> None:
    text = shown(CLASS, 70)
    assert "note" not in text.split("\n")[3]
    assert re.search(r"^ken +No sandbox\.", text, re.MULTILINE)


def test_the_last_line_sums_the_class_up() -> None:
    text = " ".join(shown(CLASS).split())
    assert text.endswith("5 submissions: 3 graded, 1 awaiting, 1 broken. Median of the graded: 8 of 16.")


def test_each_topic_has_its_own_table() -> None:
    other = passing().model_copy(update={"topic": "servers"})
    text = shown([passing(), other])
    assert text.count("1 submission: 1 graded.") == 2


def test_an_empty_class_is_said_to_be_empty() -> None:
    assert shown([]).strip() == "No submission was graded."


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_of_a_submission_acts_on_the_terminal(width: int) -> None:
    hostile = named(mixed(), HOSTILE).model_copy(update={"notes": (HOSTILE,), "topic": HOSTILE})
    text = shown([hostile, *CLASS], width)
    assert all(char.isprintable() or char == "\n" for char in text)
    assert r"\x1b[2J" in text
    assert max(cell_len(line) for line in text.split("\n")) <= width


@given(st.lists(reports, max_size=3))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40)
def test_any_reports_make_a_table(whole: list[Report]) -> None:
    assert all(char.isprintable() or char == "\n" for char in shown(whole, 70))


def test_the_note_about_several_submissions_is_shown_with_the_first_message() -> None:
    note = '"ken/routing" was taken, for it is newer; "ken/routing.zip" was not.'
    refused = part("fastapi", verdict=Verdict.FAILED, refusal="There is no fastapi_app.py.", process=None)
    text = shown([report(part("flask"), refused, student="ken", notes=("x was renamed.", note))], 300)
    assert f"{note} There is no fastapi_app.py." in text
