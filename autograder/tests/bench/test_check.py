"""How a learner's own check is measured: what check50 is asked, and that the figures are of real verdicts."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import autograder
from autograder.bench.check import Latency, _latency
from autograder.bench.check50 import check50_command, write_problem
from autograder.tests.toycourse import course

COURSE = Path(autograder.__file__).parents[1]
SOLUTION = COURSE / "solutions/routing"


def test_a_figure_is_told_with_its_spread() -> None:
    assert _latency("check", "cold", [4, 1, 2, 3, 5]) == Latency("check", "cold", 3, 1.5, 4.5, 1)


def test_check50_is_asked_as_often_and_finds_an_app(tmp_path: Path) -> None:
    work = write_problem(tmp_path / "one", SOLUTION, 20)
    text = (tmp_path / "one/problem/__init__.py").read_text("utf-8")
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    assert len({each.name for each in functions}) == 20
    assert all(ast.get_docstring(each) for each in functions)
    app = (work / "application.py").read_text("utf-8")
    assert app.startswith((SOLUTION / "flask_app.py").read_text("utf-8"))
    assert app.endswith("app = create_app()\n")
    assert check50_command(Path("/opt/python"), work)[-1] == str(tmp_path / "one/problem")


@pytest.mark.slow
def test_every_kind_of_check_is_measured_in_one_run() -> None:
    ran = course("bench", "check", "--rounds", "2", "--json", cwd=COURSE)
    figures = json.loads(ran.stdout)
    assert [(each["what"], each["start"]) for each in figures] == [
        ("python: import fastapi", "floor"),
        *(
            (f"{word}: {names}", start)
            for names in ("flask, fastapi", "flask", "fastapi")
            for word, start in (("check", "cold"), ("watch", "warm"))
        ),
    ]
    assert all(0 < each["least_ms"] <= each["median_ms"] for each in figures)


@pytest.mark.slow
def test_a_check50_that_does_not_work_is_named(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no check50 here >&2\nexit 1\n", "utf-8")
    python.chmod(0o755)
    ran = course("bench", "check", "--rounds", "2", "--check50", str(python), cwd=COURSE, code=3)
    assert "no check50 here" in ran.stderr
