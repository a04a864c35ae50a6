"""Judging on the toy course, and what a broken report must hold."""

from __future__ import annotations

from typing import Any

from autograder.evaluate import Grader
from autograder.report.model import Report
from autograder.sandbox import Sandbox
from autograder.tests.toycourse import Toy, validated
from autograder.verdict import Status, Verdict

__all__ = ["CHECK", "HEAD", "assert_broken", "graded", "grader"]

HEAD = "from autograder.checks import Api, Draw, expect, points\n\n\n"
CHECK = '@points(10)\ndef test_says_hello(api: Api, draw: Draw) -> None:\n    """It answers the name."""\n'


def grader(toy: Toy, sandbox: Sandbox, **more: Any) -> Grader:
    return Grader(toy.catalog, sandbox=sandbox, seed=lambda _: "5eed", **more)


def graded(toy: Toy, sandbox: Sandbox, **apps: Any) -> Report:
    """The Flask part alone, judged by a grader of its own."""
    with grader(toy, sandbox) as one:
        return validated(one.grade(toy.collected(**apps), ["flask"]))


def assert_broken(report: Report, *words: str) -> None:
    assert (report.status, report.points) == (Status.BROKEN, 0)
    (part,) = (part for part in report.parts if part.verdict is Verdict.BROKEN)
    assert part.broken is not None
    for word in (*words, "where:", "do:"):
        assert word in part.broken
