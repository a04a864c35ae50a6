"""When a wall falls through no doing of the submission's, it is judged once more behind a new one."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import Job, Sandbox, Service
from autograder.sandbox.box import Box
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.watchdog import usage_of
from autograder.tests.evaluate.judging import assert_broken, grader
from autograder.tests.sandbox.running import open_sandbox
from autograder.tests.toycourse import Toy, validated
from autograder.verdict import Status


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
    """Somebody else kills the first few apps when they have started, as the kernel does without memory."""

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
            assert isinstance(service, Box)
            [app] = usage_of(service._enclosure.pid).pids
            os.kill(app, signal.SIGKILL)
        return service


@pytest.mark.parametrize(("times", "points", "served"), [(0, 10, 1), (1, 10, 2), (2, 0, 2)])
def test_an_app_that_was_killed_is_judged_again_once(
    toy: Toy, times: int, points: float, served: int
) -> None:
    sandbox = Killing(times)
    with grader(toy, sandbox) as one:
        report = validated(one.grade(toy.collected(), ["flask"]))
    assert (report.status, report.points, sandbox.served) == (Status.GRADED, points, served)
