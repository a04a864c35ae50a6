"""The boundary to the terminal: every command prints through it, and nothing that it prints acts."""

from __future__ import annotations

import ast
import io
import logging
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

import autograder
from autograder.commands.grade import tell_broken, tell_ignored
from autograder.commands.withdraw import _quoted
from autograder.report.screen import Screen, escape_log_records, on_screen, tell_crash
from autograder.tests.report.samples import part, report
from autograder.verdict import Status, Verdict

PACKAGE = Path(autograder.__file__).parent
HOSTILE = "\x1b]0;mine\x07\x1b[2J\u202e\x9b31m\r\u200bok"
SHOWN = r"\x1b]0;mine\x07\x1b[2J\u202e\x9b31m\r\u200bok"
JSON = ("json", "mutants_as_json")
CHILDREN = {"autograder.sandbox.launcher", "autograder.checks.plugin"}
"""Modules whose standard error is read by the engine."""


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")


def other_ways_out(path: Path) -> list[str]:
    """Calls that would print past the boundary."""
    found = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in {"Console", "rich.print", "sys.stderr.write", "print", "click.echo", "typer.echo"}:
            found.append(f"{path.name}:{node.lineno} {called}")
        if called == "sys.stdout.write" and not ast.unparse(node.args[0]).startswith(
            ("json", "mutants_as_json")
        ):
            found.append(f"{path.name}:{node.lineno} {called}")
    return found


def test_nothing_is_printed_past_the_boundary() -> None:
    found = [
        each
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in {"tests", "hidden", "demo", "bench", "attackrun"}
        if ".".join(["autograder", *path.relative_to(PACKAGE).with_suffix("").parts]) not in CHILDREN
        if path.name != "screen.py"
        for each in other_ways_out(path)
    ]
    assert found == []


def test_a_way_past_the_boundary_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "planted.py"
    module.write_text(
        "Console().print(1)\nsys.stderr.write(x)\nsys.stdout.write(x)\nsys.stdout.write(json_line(x))\n"
    )
    assert len(other_ways_out(module)) == 3


def test_no_text_of_a_submission_acts_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(HOSTILE)
    table.add_row(HOSTILE)
    for printed in (HOSTILE, Text(HOSTILE), table):
        Screen().print(printed, soft_wrap=True)
        told = capsys.readouterr().out
        assert r"\x1b]0;mine" in told
        assert r"\x1b[2J\u202e\x9b31m" in told
        assert on_screen(told) == told


def test_markup_in_a_text_is_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().print("[link=https://evil.example]here[/] [red]:smile:")
    assert capsys.readouterr().out == "[link=https://evil.example]here[/] [red]:smile:\n"


def test_styles_of_our_own_still_reach_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    screen = Screen()
    screen.file = io.StringIO()
    screen.print(Text("here", style="link file:///a"), Text("there", style="link file:///\x1b[2J"))
    written = screen.file.getvalue()
    assert "file:///a" in written
    assert "\x1b[2J" not in written


def test_the_text_of_a_broken_verdict_does_not_act_on_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`course grade` and `course autograde` write it to standard error."""
    tell_broken([report(part(verdict=Verdict.BROKEN, broken=HOSTILE), status=Status.BROKEN)])
    tell_ignored([HOSTILE])
    told = capsys.readouterr().err
    assert told.count(SHOWN) == 2
    assert on_screen(told) == told


def test_an_uncaught_exception_does_not_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    error = ValueError(HOSTILE)
    tell_crash(ValueError, error, None)
    assert capsys.readouterr().err == f"ValueError: {SHOWN}\n"


def fail() -> None:
    raise ValueError(HOSTILE)


def test_log_records_do_not_act_on_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    made = logging.getLogRecordFactory()
    try:
        escape_log_records()
        escape_log_records()
        try:
            fail()
        except ValueError:
            logging.getLogger("traitlets").exception("Copying %s", HOSTILE)
        logging.getLogger("traitlets").warning("%d of %s", 3, "all")
    finally:
        logging.setLogRecordFactory(made)
    assert caplog.records[0].getMessage() == f"Copying {SHOWN}"
    assert caplog.text.count(SHOWN) == 2
    assert "\x1b" not in caplog.text
    assert caplog.records[1].args == (3, "all")


COMMANDS = [
    "::error file=a.py::no",
    "  ::add-mask::a",
    "x ##[error]no",
    "##vso[task.complete]",
    "##teamcity[a]",
]


@pytest.mark.parametrize("variable", ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_text_is_a_command_to_a_ci_server(
    variable: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_screen(command) == command
    monkeypatch.setenv(variable, "true")
    assert not {"::", "##"} & {on_screen(command)[at : at + 2] for at in range(len(command) * 5)}


@pytest.mark.parametrize("name", ["a b", "it's", "a\x1b[2J'\\\n", "\udcff\udc1b"[:1] + "ü\x9b", "-x"])
def test_the_path_in_a_command_to_copy_prints_and_means_the_same(name: str) -> None:
    quoted = _quoted(Path("a folder") / name)
    assert on_screen(quoted) == quoted
    told = subprocess.run(["bash", "-c", f"printf %s {quoted}"], capture_output=True, check=True).stdout
    assert told == b"a folder/" + name.encode("utf-8", "surrogateescape")
    if name.isprintable():
        assert quoted == shlex.quote(f"a folder/{name}")


def test_wrong_words_quote_the_command_line_without_acting() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "no\x1b[2J", "--topic"],
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 2
    assert b"\x1b" not in ran.stderr
