from __future__ import annotations

import io
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from rich.cells import cell_len
from rich.console import Console

from autograder.report.model import PartReport, ProcessReport, Report
from autograder.report.reveal import reveal
from autograder.report.terminal import show_report
from autograder.report.words import EXAMPLES_ONLY, hidden_told
from autograder.tests.report.samples import HOSTILE, SEED, check, mixed, not_started, part, passing, report
from autograder.tests.report.strategies import reports
from autograder.verdict import Verdict

COLOUR = re.compile("\x1b\\[[0-9;]*m")


def shown(whole: Report, width: int = 80, *, brief: bool = False, **console: Any) -> str:
    out = io.StringIO()
    show_report(whole, Console(file=out, width=width, **console), brief=brief)
    return out.getvalue()


def rows(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n")]


def test_the_first_thing_to_fix_stands_before_the_rest() -> None:
    text = shown(mixed())
    order = [
        "2 of 8 points",
        "Fix this first",
        "An unknown item answers 404",
        "GET /items/9931",
        "After that",
        "A search",
    ]
    places = [text.index(each) for each in order]
    assert places == sorted(places)


def test_it_says_what_was_sent_expected_and_got() -> None:
    text = shown(mixed())
    assert re.search(r"sent +GET /items/9931", text)
    assert re.search(r'expected +status 404 and \{"error": "no item 9931"\}', text)
    assert re.search(r"got +500 text/html", text)
    assert re.search(r"why +The status is 500, not 404\.", text)


def test_both_apps_stand_side_by_side_where_there_is_room() -> None:
    assert any("500 text/html" in row and "404 application/json" in row for row in rows(shown(mixed(), 120)))


@pytest.mark.parametrize("width", [60, 80])
def test_they_stand_below_each_other_where_there_is_not(width: int) -> None:
    text = shown(mixed(), width)
    assert not any("500 text/html" in row and "404 application/json" in row for row in rows(text))
    assert text.index("500 text/html") < text.index("404 application/json")


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("whole", [mixed(), passing(), not_started()])
def test_no_line_is_wider_than_the_terminal(width: int, whole: Report) -> None:
    assert max(cell_len(row) for row in rows(shown(whole, width))) <= width


def test_lesson_and_hints_say_where_to_look() -> None:
    text = shown(mixed(), 120)
    assert "lessons/routing, section path-parameters" in text
    assert "routing-404, routing-json-errors" in text


def test_each_other_failing_check_has_one_line_with_a_word_for_each_app() -> None:
    row = next(row for row in rows(shown(mixed(), 120)) if "A search finds" in row)
    assert row.split("A search")[0].split() == ["!", "timed", "out", "✓", "passed"]


def test_a_check_that_one_app_lacks_leaves_its_column_empty() -> None:
    whole = report(
        part("flask", check("a", Verdict.FAILED), check("own", Verdict.FAILED)),
        part("fastapi", check("a")),
    )
    row = next(row for row in rows(shown(whole)) if "behaviour own" in row)
    assert row.split("The")[0].split() == ["✗", "failed"]


def test_a_long_list_of_failing_checks_ends_in_their_number() -> None:
    many = [check(f"n{number}", Verdict.FAILED) for number in range(20)]
    text = shown(report(part("flask", *many), part("fastapi", *many)))
    listed = [row for row in rows(text.partition("After that")[2]) if "The behaviour n" in row]
    assert len(listed) == 12
    assert "and 7 more" in text


def test_brief_leaves_the_rest_out() -> None:
    text = shown(mixed(), brief=True)
    assert "Fix this first" in text
    assert "After that" not in text
    assert "was taken as" not in text


def test_what_never_started_is_told_apart_from_what_failed() -> None:
    text = shown(not_started())
    assert "! nothing ran" in text
    assert "✗ failed" not in text
    assert 'File "flask_app.py", line 3' in text
    assert "Did you mean: 'Flask'?" in text
    assert "Fix this first" not in text


def test_the_error_that_an_app_printed_stands_below_its_check() -> None:
    error = (
        "Traceback (most recent call last):\n"
        '  File "flask_app.py", line 8, in read_item\n    return itemid\n'
        "NameError: name 'itemid' is not defined\n"
    )
    text = shown(report(part("flask", check("a", Verdict.FAILED, message="500", error=error))))
    assert "The error that Flask printed:" in text
    assert 'File "flask_app.py", line 8' in text


def test_a_refusal_is_told_once() -> None:
    why = "Your hand-in holds no file that can be taken."
    refused = [check("a", Verdict.FAILED, message=why)]
    parts = [part(name, *refused, refusal=why, process=None) for name in ("flask", "fastapi")]
    text = shown(report(*parts, refusal=why))
    assert text.count(why) == 1
    assert text.count("! not accepted") == 2


def test_our_fault_is_told_as_ours() -> None:
    broken = part("flask", verdict=Verdict.BROKEN, broken="secret fault", max_points=8, process=None)
    text = shown(reveal(report(broken), "example"))
    assert "# not judged" in text
    assert "no points yet, of 8" in text
    assert "through no fault of yours" in text
    assert "secret fault" not in text


def test_a_part_for_a_person_waits() -> None:
    memo = part("memo", verdict=Verdict.AWAITING_PERSON, kind="memo", max_points=10, process=None)
    assert re.search(r"memo +\? awaits a person +no points yet, of 10", shown(report(memo)))


def test_examples_are_counted_and_worth_no_points() -> None:
    text = shown(
        report(part("flask", check("a", points=0, max_points=0), check("b", Verdict.FAILED, max_points=0)))
    )
    assert "1 of 2 checks pass" in text
    assert "points" not in text


def of_examples(*verdicts: Verdict) -> Report:
    free: dict[str, Any] = {"points": 0.0, "max_points": 0.0}
    checks = [check(f"example {number}", verdict, **free) for number, verdict in enumerate(verdicts)]
    told: dict[str, Any] = {"judged_by": "examples", "hidden_checks": 20}
    found = report(part("flask", *checks, **told), part("fastapi", *checks, **told))
    return found.model_copy(update={"notes": (EXAMPLES_ONLY, hidden_told(found))})


@pytest.mark.parametrize("brief", [False, True])
def test_passing_examples_are_not_called_passed_and_what_is_unknown_is_said(*, brief: bool) -> None:
    text = shown(of_examples(Verdict.PASSED, Verdict.PASSED), 100, brief=brief)
    assert text.count("✓ examples pass  2 of 2") == 2
    assert "passed" not in text
    assert "Still unknown" in text
    assert text.count(EXAMPLES_ONLY) == 1
    assert text.count("When you hand it in, 20 hidden checks judge Flask and 20 judge FastAPI.") == 1


def test_examples_that_fail_leave_what_is_unknown_to_the_notes() -> None:
    text = shown(of_examples(Verdict.PASSED, Verdict.FAILED), 100)
    assert "✗ failed  1 of 2 examples pass" in text
    assert "Still unknown" not in text
    assert EXAMPLES_ONLY in text.split("Good to know")[1]


def test_verdicts_read_the_same_without_colour() -> None:
    coloured = shown(mixed(), force_terminal=True, color_system="truecolor", no_color=False)
    plain = shown(mixed(), force_terminal=True, color_system="truecolor", no_color=True)
    assert re.search("\x1b\\[[0-9;]*3[0-7]m", coloured)
    assert not re.search("\x1b\\[[0-9;]*3[0-7]m", plain)
    assert COLOUR.sub("", coloured) == COLOUR.sub("", plain) == shown(mixed())


def test_no_color_in_the_environment_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(
        "\x1b\\[[0-9;]*3[0-7]m", shown(mixed(), force_terminal=True, color_system="truecolor")
    )


def hostile() -> Report:
    flask = part(
        "flask",
        check(
            "a",
            Verdict.FAILED,
            message=HOSTILE,
            sent=HOSTILE,
            expected=HOSTILE,
            got=HOSTILE * 50 + "\n" * 9_000,
        ),
        process=ProcessReport(started=True, stderr=f"Traceback (most recent call last):\n{HOSTILE}"),
    )
    crashed = [check("a", Verdict.CRASHED, message=HOSTILE)]
    fastapi = part("fastapi", *crashed, process=ProcessReport(started=False, traceback=HOSTILE * 100))
    return report(flask, fastapi, student=HOSTILE, notes=(HOSTILE,) * 40, refusal=HOSTILE)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_of_a_submission_acts_on_the_terminal(width: int) -> None:
    text = shown(hostile(), width, force_terminal=True, color_system="truecolor")
    bare = COLOUR.sub("", text)
    assert all(char.isprintable() or char == "\n" for char in bare)
    assert "\x1b[31mowned" not in text
    unwrapped = re.sub("[\\s│]", "", bare)
    for visible in (r"\x1b[2J", "[boldred]markup[/]", ":boom:", r"\u202e", r"\r\x9b1m"):
        assert visible in unwrapped
    assert max(cell_len(row) for row in rows(bare)) <= width
    assert len(rows(bare)) < 250


@given(reports)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
def test_no_report_acts_on_the_terminal_or_tells_the_seed(whole: Report) -> None:
    seeded = whole.model_copy(update={"seed": SEED})
    bare = COLOUR.sub("", shown(seeded, 70, force_terminal=True, color_system="standard"))
    assert all(char.isprintable() or char == "\n" for char in bare)
    assert SEED not in bare


def test_a_terminal_without_unicode_gets_ascii() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    show_report(hostile(), Console(file=out, width=80))
    show_report(mixed(), Console(file=out, width=80))
    out.seek(0)
    text = out.read()
    assert "x failed" in text
    assert "+ passed" in text


def test_a_part_of_an_unknown_name_is_shown_by_it() -> None:
    odd: PartReport = part("stage-2", check("a"))
    assert "stage-2" in shown(report(odd))
