"""What reading an answer may cost: a check that goes over its limit has failed, and the others go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.checks.holder import CheckHolder
from autograder.checks.message import Finding, Order
from autograder.checks.runner import CheckRunner
from autograder.sandbox.policy import load_policy
from autograder.tests.checks.test_runner import Steady, check_file, one, order, port
from autograder.verdict import Verdict

__all__ = ["port"]

LOOPS = {
    "of Python's": "while True: pass",
    # No handler of a signal runs before the match has ended.
    "of a regular expression's": "import re; re.fullmatch('(a*)*b', 'a' * 60)",
}
MIB = 1 << 20


EITHER = pytest.mark.parametrize("how", ["light", "pytest"])
BRIEF_S = 0.01
"""The kernel makes a whole second of it."""


def found(
    folder: Path, body: str, wanted: Order, how: str = "light", app: Steady | None = None
) -> dict[str, Finding]:
    files = [check_file(folder, body)]
    with (
        CheckHolder(files, graded=True, light=how == "light") as holder,
        CheckRunner(files, holder=holder) as runner,
    ):
        assert holder.is_light == (how == "light")
        findings = runner.run(wanted, app or Steady(), give_up=lambda: None)
    assert [each.name for each in findings] == [each.name for each in runner.infos]
    return {each.name: each for each in findings}


@EITHER
@pytest.mark.parametrize("loop", LOOPS.values(), ids=list(LOOPS))
def test_a_check_over_its_cpu_time_has_failed_and_the_others_go_on(
    tmp_path: Path, port: int, how: str, loop: str
) -> None:
    body = (
        one(1, 'api.get("/hello").expect(200)')
        + one(2, loop)
        + one(3, 'api.get("/hello").expect(200)', marks='@needs("test_1")\n')
        + one(4, 'api.get("/hello").expect(200)', marks='@needs("test_2")\n')
    )
    findings = found(tmp_path, body, replace(order(port), check_cpu_s=BRIEF_S), how)
    assert [each.verdict for each in findings.values()] == [
        Verdict.PASSED,
        Verdict.FAILED,
        Verdict.PASSED,
        Verdict.SKIPPED,
    ]
    assert "more than 0.01 seconds of CPU time" in findings["test_2"].message


def test_checks_over_their_cpu_time_count_as_hung(tmp_path: Path, port: int) -> None:
    body = "".join(one(number, "while True: pass") for number in (1, 2, 3))
    findings = found(tmp_path, body, replace(order(port, hang_limit=2), check_cpu_s=BRIEF_S))
    assert [each.verdict for each in findings.values()] == [
        Verdict.FAILED,
        Verdict.FAILED,
        Verdict.TIMED_OUT,
    ]


def test_the_variables_of_a_check_over_its_cpu_time_are_gone_before_the_next(
    tmp_path: Path, port: int
) -> None:
    app = Steady()
    body = one(1, 'api.restart(environment={"MODE": "odd"})\n    while True: pass')
    body += one(2, 'api.get("/hello").expect(200)')
    findings = found(tmp_path, body, replace(order(port), check_cpu_s=BRIEF_S), app=app)
    assert findings["test_2"].verdict is Verdict.PASSED
    assert app.asked == [{"MODE": "odd"}, {}]


@EITHER
def test_a_check_over_its_memory_has_failed_and_the_others_go_on(tmp_path: Path, port: int, how: str) -> None:
    body = one(1, "bytearray(400 << 20)") + one(2, "held = bytearray(200 << 20)")
    body += one(3, 'api.get("/hello").expect(200); bytearray(200 << 20)')
    findings = found(tmp_path, body, replace(order(port), memory_bytes=300 * MIB), how)
    assert [each.verdict for each in findings.values()] == [Verdict.FAILED, Verdict.PASSED, Verdict.PASSED]
    assert "more memory than a check may use" in findings["test_1"].message


def test_a_check_of_one_run_takes_nothing_from_another(tmp_path: Path, port: int) -> None:
    files = [check_file(tmp_path, one(1, "bytearray(200 << 20)"))]
    with CheckRunner(files) as runner:
        for _ in range(3):
            wanted = replace(order(port), memory_bytes=300 * MIB, check_cpu_s=BRIEF_S)
            assert [each.verdict for each in runner.run(wanted, Steady(), give_up=lambda: None)] == [
                Verdict.PASSED
            ]


def test_the_policy_sets_both_limits() -> None:
    limits = load_policy().checks
    assert limits.cpu_s >= 1
    assert limits.memory_bytes >= 256 * MIB
