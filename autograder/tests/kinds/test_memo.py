"""A part that a person grades waits for one, whatever was handed in."""

from __future__ import annotations

from pathlib import Path

from autograder.evaluate import Grader
from autograder.sandbox.plain import PlainSandbox
from autograder.tests.toycourse import Toy, validated
from autograder.verdict import Status, Verdict


def test_a_memo_awaits_a_person_and_earns_nothing_yet(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    folder = toy.hand_in("ann", {"opinion.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4}'})
    assert folder.is_dir()
    with Grader(toy.catalog, sandbox=PlainSandbox(), seed=lambda _: "5eed") as grader:
        report = validated(grader.grade(toy.collected(topic="opinion")))
    assert (report.status, report.points, report.max_points) == (Status.AWAITING_PERSON, 0, 10)
    assert [part.verdict for part in report.parts] == [Verdict.AWAITING_PERSON]
