"""When a wall falls through no doing of the submission's, it is judged once more behind a new one."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.evaluate import Grader
from autograder.report.model import Report
from autograder.report.reveal import reveal
from autograder.sandbox import Job, Sandbox, Service
from autograder.sandbox.box import Box
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.group import Group
from autograder.sandbox.oom import RECORD
from autograder.sandbox.watchdog import usage_of
from autograder.seed import next_seed
from autograder.tests.evaluate.judging import assert_broken, grader
from autograder.tests.sandbox.running import open_sandbox
from autograder.tests.toycourse import Toy, answering, validated
from autograder.verdict import Status, Verdict


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[Sandbox]:
    yield from open_sandbox("warm")


class Falling(BubblewrapSandbox):
    """Its nest dies under the first few apps, when they have started."""

    def __init__(self, times: int) -> None:
        super().__init__(warm=True)
        self.left = times
        self.served = 0

    def serve(self, job: Job) -> Service:
        service = super().serve(job)
        self.served += 1
        if self.left:
            self.left -= 1
            assert service.wait_started()
            assert self._nests is not None
            for place in self._nests._places.values():
                assert place.nest is not None
                _end(place.nest._pid)
        return service


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/cmdline").exists() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_an_app_whose_wall_fell_is_judged_again(toy: Toy) -> None:
    sandbox = Falling(times=1)
    with grader(toy, sandbox) as one:
        report = validated(one.grade(toy.collected(), ["flask"]))
    assert (report.status, report.points, sandbox.served) == (Status.GRADED, 10, 2)


def test_an_app_whose_wall_falls_twice_is_broken_and_earns_nothing(toy: Toy) -> None:
    sandbox = Falling(times=2)
    with grader(toy, sandbox) as one:
        report = validated(one.grade(toy.collected(), ["flask"]))
        assert_broken(report, "ended in the middle", "then grade again")
        again = validated(one.grade(toy.collected(), ["flask"]))
    assert sandbox.served == 3
    assert (again.status, again.points) == (Status.GRADED, 10)


class Killing(BubblewrapSandbox):
    """Kills the first few apps when they have started, as the kernel does without memory.

    Args:
        record: the file in which the kernel counts; None where something else sends the signal.
    """

    def __init__(self, times: int, record: Path | None) -> None:
        super().__init__(warm=True)
        self._record = record
        self.left = times
        self.served = 0

    def serve(self, job: Job) -> Service:
        service = super().serve(job)
        self.served += 1
        if self.left:
            self.left -= 1
            assert service.wait_started()
            assert isinstance(service, Box)
            [app] = usage_of(service._enclosure.pid).pids
            os.kill(app, signal.SIGKILL)
            if self._record is not None:
                self._record.write_text(f"nr_free_pages 7\noom_kill {self.served}\n", "ascii")
        return service


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which the kernel counts, as this machine's is written; no control group counts."""
    monkeypatch.setattr(Group, "kills", None)
    file = tmp_path / "vmstat"
    file.write_text("nr_free_pages 7\noom_kill 0\n", "ascii")
    monkeypatch.setattr(RECORD, "source", file)
    monkeypatch.setattr(RECORD, "_read_at", -math.inf)
    return file


@pytest.mark.parametrize(("times", "points", "served"), [(0, 10, 1), (1, 10, 2), (2, 0, 2)])
def test_an_app_that_the_kernel_killed_for_lack_of_memory_is_judged_again_once(
    toy: Toy, record: Path, times: int, points: float, served: int
) -> None:
    sandbox = Killing(times, record)
    with grader(toy, sandbox) as one:
        report = validated(one.grade(toy.collected(), ["flask"]))
    assert (report.status, report.points, sandbox.served) == (Status.GRADED, points, served)


@pytest.mark.parametrize(("kills", "served"), [(0, 1), (1, 2)])
def test_where_a_control_group_counts_its_count_is_the_evidence(
    toy: Toy, record: Path, monkeypatch: pytest.MonkeyPatch, kills: int, served: int
) -> None:
    monkeypatch.setattr(Group, "kills", kills)
    sandbox = Killing(1, record)
    with grader(toy, sandbox) as one:
        one.grade(toy.collected(), ["flask"])
    assert sandbox.served == served


def test_a_kill_that_the_kernel_did_not_record_is_the_apps_own_end(toy: Toy, record: Path) -> None:
    assert record.is_file()
    sandbox = Killing(1, None)
    with grader(toy, sandbox) as one:
        report = validated(one.grade(toy.collected(), ["flask"]))
    assert (report.status, report.points, sandbox.served) == (Status.GRADED, 0, 1)
    assert report.parts[0].verdict is Verdict.CRASHED


def inputs_seen(report: Report) -> list[str | None]:
    return [check.sent for check in report.parts[0].checks]


@pytest.mark.parametrize("cause", ["memory", "wall"])
def test_a_further_try_has_other_inputs_whose_seed_is_reported_and_repeats_it(
    toy: Toy, record: Path, cause: str
) -> None:
    files = toy.collected(flask=answering('return {"hello": "nobody"}'))
    sandbox = Killing(1, record) if cause == "memory" else Falling(times=1)
    with grader(toy, sandbox) as one:
        further = validated(one.grade(files, ["flask"]))
        plain = validated(one.grade(files, ["flask"]))
    assert plain.parts[0].seed is None
    seed = further.parts[0].seed
    assert seed == next_seed(further.seed)
    assert inputs_seen(further) != inputs_seen(plain)
    with Grader(toy.catalog, sandbox=sandbox, seed=lambda _: seed) as again:
        assert inputs_seen(again.grade(files, ["flask"])) == inputs_seen(further)


def test_students_read_no_seed_of_a_further_try(toy: Toy) -> None:
    with grader(toy, Falling(times=1)) as one:
        report = one.grade(toy.collected(), ["flask"])
    assert report.parts[0].seed
    assert reveal(report, "all").parts[0].seed is None
