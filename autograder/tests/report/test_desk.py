"""The report as a learner sees it who sits at the files: paths, what was not begun, what did not run."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from autograder.report.desk import Desk
from autograder.report.model import ProcessReport, Report
from autograder.report.terminal import show_report
from autograder.report.trace import own_frames
from autograder.report.why import why_nothing_ran
from autograder.tests.report.samples import HOSTILE, check, mixed, part, report
from autograder.verdict import Verdict

FILES = {"flask": ("flask_app.py",), "fastapi": ("fastapi_app.py",)}
DESK = Desk("exercises/routing/", FILES)
TRACE = (
    "Traceback (most recent call last):\n"
    '  File "/opt/site-packages/flask/app.py", line 902, in dispatch\n    return f()\n'
    '  File "flask_app.py", line 8, in read_item\n    return itemid\n'
    "NameError: name 'itemid' is not defined\n"
)


OWN = own_frames(TRACE)


def shown(whole: Report, desk: Desk | None = DESK, width: int = 120) -> str:
    out = io.StringIO()
    show_report(whole, Console(file=out, width=width), desk=desk)
    return out.getvalue()


def ended(code: int, traceback: str = "", **facts: object) -> ProcessReport:
    return ProcessReport.model_validate(
        {"started": False, "exit_code": code, "traceback": traceback, "stderr": traceback, **facts}
    )


def crashed(process: ProcessReport) -> Report:
    message = "The app did not start: NameError."
    return report(part("flask", check("a", Verdict.CRASHED, message=message), process=process))


def test_a_failing_part_says_which_file_and_the_hint_how_to_get_it() -> None:
    text = shown(mixed())
    assert "exercises/routing/flask_app.py" in text
    assert re.search(r"hint +course hint routing", text)
    assert "routing-404" not in text


def test_the_line_that_an_error_names_last_can_be_clicked() -> None:
    failing = check("a", Verdict.FAILED, got="500 text/html", message="The status is 500.", error=OWN)
    text = shown(report(part("flask", failing)))
    assert "exercises/routing/flask_app.py:8" in text
    assert 'File "exercises/routing/flask_app.py", line 8' in text


def test_a_wrong_response_without_an_error_is_not_given_another_checks_error() -> None:
    running = ProcessReport(started=True, stderr=TRACE)
    failing = check("a", Verdict.FAILED, got="200 application/json", message="The JSON differs.")
    other = check("b", Verdict.FAILED, got="500 text/html", message="The status is 500.", error=OWN)
    text = shown(report(part("flask", failing, other, process=running)))
    assert "exercises/routing/flask_app.py" in text
    assert "flask_app.py:8" not in text
    assert "NameError" not in text


def test_an_app_that_did_not_start_says_where() -> None:
    text = shown(crashed(ended(70, TRACE)))
    assert "nothing ran, for an error while the app was made" in text
    assert re.search(r"in +exercises/routing/flask_app.py:8", text)


@pytest.mark.parametrize(
    ("process", "why"),
    [
        (ended(70, '  File "flask_app.py", line 3\nSyntaxError: invalid syntax\n'), "cannot read the file"),
        (ended(70, "ModuleNotFoundError: No module named 'flsk'\n"), "an import fails"),
        (ended(70, "sqlalchemy.exc.ArgumentError: no\n"), "an error while the app was made"),
        (ended(71, "flask_app offers neither a function create_app() nor a variable app.\n"), "no app"),
        (ended(72, "ValueError: no database\n"), "refused to start"),
        (ended(0, limit="wall"), "was ended before it started"),
        (ended(1), "the app did not start"),
        (None, "there was no app to start"),
    ],
)
def test_why_nothing_ran_is_told_in_few_words(process: ProcessReport | None, why: str) -> None:
    assert why in why_nothing_ran(part("flask", check("a", Verdict.CRASHED), process=process))


def test_what_was_not_begun_is_not_told_as_failed() -> None:
    text = shown(mixed(), Desk("", FILES, untouched=frozenset({"fastapi"})))
    row = next(line for line in text.splitlines() if line.lstrip().startswith("FastAPI"))
    assert row.split()[:4] == ["FastAPI", "·", "not", "begun"]
    assert "404 application/json" not in text  # nothing of it stands beside the other
    assert "Fix this first" in text


def test_who_has_begun_nothing_is_told_where_to_begin() -> None:
    text = shown(mixed(), Desk("", FILES, untouched=frozenset(FILES)))
    assert "Where to begin" in text
    assert "Fix this first" not in text
    assert text.count("not begun") == 2
    assert "GET /items/9931" in text


def test_in_a_terminal_without_unicode_it_is_a_word_too() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    show_report(mixed(), Console(file=out, width=80), desk=Desk("", FILES, untouched=frozenset(FILES)))
    out.seek(0)
    assert ". not begun" in out.read()


def test_no_path_is_made_of_what_an_app_printed() -> None:
    running = ProcessReport(started=True, stderr=f'Traceback (most recent call last):\n  File "{HOSTILE}')
    failing = check("a", Verdict.FAILED, got="500 text/html")
    text = shown(report(part("flask", failing, process=running)))
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "exercises/routing/flask_app.py" in text


def test_a_check_of_the_findings_points_at_their_file() -> None:
    why = "flask_findings.yaml is not YAML in line 3: mapping values are not allowed here."
    running = ProcessReport(started=True, stderr=TRACE)
    failing = check("a", Verdict.FAILED, message=why, file="flask_findings.yaml")
    text = shown(report(part("flask", failing, process=running)))
    assert re.search(r"in +exercises/routing/flask_findings\.yaml:3", text)
    assert "flask_app.py" not in text
    assert "NameError" not in text
