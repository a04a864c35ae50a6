"""Who gets what for a hand-in, behind the real wall where it matters."""

from __future__ import annotations

from typing import Any

from autograder.report.model import Report
from autograder.sandbox import Sandbox
from autograder.sandbox.plain import PlainSandbox
from autograder.tests.evaluate.judging import CHECK, HEAD, graded, grader
from autograder.tests.toycourse import FLASK, Toy, validated
from autograder.verdict import Status, Verdict


def lasting(report: Report) -> dict[str, Any]:
    """What of a report does not depend on how fast the machine was."""
    measured = {"wall_s", "cpu_s", "peak_memory_bytes"}
    inner: dict[str, Any] = {"process": measured, "checks": {"__all__": {"wall_s"}}}
    outer: dict[str, Any] = {**dict.fromkeys(measured, True), "parts": {"__all__": inner}}
    return report.model_dump(exclude=outer)


def test_solutions_get_full_marks_behind_the_wall(toy: Toy, wall: Sandbox) -> None:
    with grader(toy, wall) as one:
        report = validated(one.grade(toy.collected()))
    assert (report.status, report.points, report.max_points) == (Status.GRADED, 20, 20)
    assert {(part.verdict, part.sandbox, part.walls) for part in report.parts} == {
        (Verdict.PASSED, "bubblewrap", True)
    }
    assert (report.seed, report.cached) == ("5eed", False)
    assert report.cpu_s > 0


def test_a_refused_part_gets_nothing_and_its_sentence_while_the_other_is_judged(
    toy: Toy, wall: Sandbox
) -> None:
    with grader(toy, wall) as one:
        report = validated(one.grade(toy.collected(flask=None)))
    flask, fastapi = report.parts
    sentence = "Your submission has no file flask_app.py: add it under exactly this name."
    assert (flask.refusal, flask.points, flask.process) == (sentence, 0, None)
    assert {(check.verdict, check.message) for check in flask.checks} == {(Verdict.FAILED, sentence)}
    assert (fastapi.verdict, fastapi.points, report.status) == (Verdict.PASSED, 10, Status.GRADED)


def test_a_hand_in_of_nothing_is_refused_as_a_whole_and_nothing_is_run(toy: Toy) -> None:
    with grader(toy, PlainSandbox()) as one:
        report = validated(one.grade(toy.collected(flask=None, fastapi=None)))
    assert (report.status, report.points) == (Status.REFUSED, 0)
    assert report.refusal is not None
    assert {part.refusal for part in report.parts} == {report.refusal}
    assert [part.process for part in report.parts] == [None, None]


def test_points_in_tenths_add_up(toy: Toy) -> None:
    tenths = "".join(
        CHECK.replace("points(10)", "points(0.1)").replace("says_hello", f"is_{number}") + "    pass\n\n\n"
        for number in range(100)
    )
    toy.contract.write_text(HEAD + tenths)
    assert graded(toy, PlainSandbox()).points == 10


def test_nothing_that_a_check_module_remembers_reaches_the_next_submission(toy: Toy) -> None:
    remembers = "SEEN = []\n\n\n"
    body = '    SEEN.append(1)\n    expect(len(SEEN) == 1, "It was remembered.")\n'
    toy.contract.write_text(HEAD + remembers + CHECK + body)
    with grader(toy, PlainSandbox()) as one:
        points = [one.grade(toy.collected(student), ["flask"]).points for student in ("ann", "ben", "cy")]
    assert points == [10, 10, 10]


def test_several_at_once_are_judged_as_one_by_one(toy: Toy, wall: Sandbox) -> None:
    wrong = sorted((toy.path / "autograder/hidden/greeting/wrong").glob("*.flask.py"))
    apps = [FLASK, None, "x = 1\n", wrong[0].read_text("utf-8"), wrong[-1].read_text("utf-8")]
    hand_ins = [toy.collected(f"s{number}", flask=app) for number, app in enumerate(apps)]
    with grader(toy, wall, jobs=4) as one:
        together = [future.result() for future in [one.submit(each, ["flask"]) for each in hand_ins]]
    with grader(toy, wall) as one:
        alone = [one.grade(each, ["flask"]) for each in hand_ins]
    assert [lasting(each) for each in together] == [lasting(each) for each in alone]
    assert len({report.points for report in alone}) > 2
