"""A time-out on a busy machine is not believed at once; one on a calm machine is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.evaluate import Grader
from autograder.kinds.stretch import stretch
from autograder.outcome import Outcome
from autograder.report.model import PartReport
from autograder.sandbox import Job, Sandbox, Service
from autograder.sandbox.crowd import Crowd
from autograder.tests.sandbox.running import open_sandbox
from autograder.tests.toycourse import Toy, answering, policy
from autograder.verdict import Verdict

NEVER = 1e9
SLOW = answering("import time; time.sleep(2)", 'return {"hello": name}')


class Told:
    """The real wall, whose outcomes say how long the app waited for a core; counts what it serves.

    Args:
        crowded_s: for how long other work is said to have left the app less than one core.

    Attributes:
        second: what is served from the second time on in place of the submission, if anything.
    """

    name = "bubblewrap"
    walls = True

    def __init__(self, wall: Sandbox, waited_s: float, crowded_s: float = 0.0) -> None:
        self._wall = wall
        self._waited_s, self._crowded_s = waited_s, crowded_s
        self.jobs: list[Job] = []
        self.second: Path | None = None

    def serve(self, job: Job) -> Service:
        if self.jobs and self.second is not None:
            job = replace(job, files=self.second)
        self.jobs.append(job)
        service = self._wall.serve(job)
        kill = service.kill

        def told() -> Outcome:
            return replace(kill(), waited_s=self._waited_s, crowded_s=self._crowded_s)

        vars(service)["kill"] = told  # the figures are all that is not the kernel's
        return service

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wall, name)


@pytest.fixture(scope="module")
def wall() -> Iterator[Sandbox]:
    yield from open_sandbox("bubblewrap")


def judged(wall: Told, home: Path, app: str, *, stretched: float = NEVER, **given: float) -> PartReport:
    """The part's report; without a bound on `stretched`, how busy this machine really is decides nothing."""
    toy = Toy(home)
    limits = policy(request_wall_s=given.get("request_wall_s", 1), patience=8, cpu_s=given.get("cpu_s", 20))
    busy = limits.busy.model_copy(update={"stretched": stretched})
    limits = limits.model_copy(update={"busy": busy})
    with Grader(toy.catalog, sandbox=wall, seed=lambda _: "5eed", policy=limits) as grader:
        return grader.grade(toy.collected(flask=app), ["flask"]).parts[0]


def test_a_time_out_on_a_busy_machine_is_tried_again_with_patience(wall: Sandbox, tmp_path: Path) -> None:
    busy = Told(wall, waited_s=0.9)
    with pinned():
        part = judged(busy, tmp_path, SLOW, stretched=1)
    assert part.points == part.max_points
    first, second = busy.jobs
    assert first.limits.wall_s < second.limits.wall_s <= 8 * first.limits.wall_s
    as_first = replace(second.limits, wall_s=60, start_wall_s=first.limits.start_wall_s, cpu_s=20)
    assert as_first == first.limits


def test_a_machine_that_was_crowded_while_the_app_ran_and_is_calm_again_counts_as_busy(
    wall: Sandbox, tmp_path: Path
) -> None:
    crowded = Told(wall, waited_s=0.9, crowded_s=60)
    part = judged(crowded, tmp_path, SLOW)
    assert part.points == part.max_points
    assert part.seed is not None
    assert [job.limits.wall_s for job in crowded.jobs] == [60, 8 * 60]


def test_the_second_try_counts_though_the_first_earned_more(wall: Sandbox, tmp_path: Path) -> None:
    crowded = Told(wall, waited_s=0.9, crowded_s=60)
    crowded.second = Toy(tmp_path / "other").collected(flask=answering("raise RuntimeError")).folder
    part = judged(crowded, tmp_path / "first", SLOW)
    assert len(crowded.jobs) == 2
    assert {check.verdict for check in part.checks} == {Verdict.FAILED, Verdict.SKIPPED, Verdict.PASSED}
    assert part.checks[0].verdict is Verdict.FAILED


def test_how_busy_the_machine_is_shows_in_work_of_the_graders_own() -> None:
    calm = min(stretch(0.02) for _ in range(20))
    with pinned():
        busy = min(stretch(0.1) for _ in range(3))
    assert 1 <= calm < busy


def test_an_app_whose_own_threads_wait_for_each_other_is_not_tried_again(
    wall: Sandbox, tmp_path: Path
) -> None:
    alone = Told(wall, waited_s=30)
    part = judged(alone, tmp_path, SLOW)
    assert part.checks[0].verdict is Verdict.TIMED_OUT
    assert (part.seed, len(alone.jobs)) == (None, 1)


def test_other_work_crowds_a_job_and_its_own_work_does_not() -> None:
    own, others = Crowd(), Crowd()
    with pinned():
        for _ in range(3):
            time.sleep(0.6)
            own.look(time.monotonic() * (os.cpu_count() or 1))  # all that the machine could do is its own
            others.look(0.0)
    assert own.missing_s == 0
    assert others.missing_s > 0


def test_a_second_try_gets_as_much_more_time_as_the_machine_is_slower() -> None:
    own = policy(request_wall_s=2, patience=8)
    assert own.patient(1.0) == own
    assert own.patient(0.9) == own
    assert own.patient(3.0).client.request_wall_s == 6
    given = own.limits
    assert own.patient(3.0).limits == replace(
        given, wall_s=3 * given.wall_s, start_wall_s=3 * given.start_wall_s, cpu_s=3 * given.cpu_s
    )
    assert own.patient(100.0) == own.patient(8.0)


def test_a_time_out_on_a_calm_machine_stands(wall: Sandbox, tmp_path: Path) -> None:
    calm = Told(wall, waited_s=0.1)
    part = judged(calm, tmp_path, SLOW)
    assert part.checks[0].verdict is Verdict.TIMED_OUT
    assert len(calm.jobs) == 1


def test_an_app_that_fails_is_not_tried_again_however_busy_the_machine(wall: Sandbox, tmp_path: Path) -> None:
    busy = Told(wall, waited_s=30)
    assert judged(busy, tmp_path, answering('return {"hello": "nobody"}')).points < 10
    assert len(busy.jobs) == 1


def test_a_limit_of_cpu_time_is_not_tried_again(wall: Sandbox, tmp_path: Path) -> None:
    busy = Told(wall, waited_s=30)
    part = judged(busy, tmp_path, answering("while True: pass"), request_wall_s=50, cpu_s=1)
    assert part.process is not None
    assert part.process.limit == "cpu"
    assert len(busy.jobs) == 1


@contextmanager
def pinned() -> Iterator[None]:
    """Other work on every core, four times over."""
    burn = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(burn) for _ in range(4 * (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for each in others:
            each.kill()
            each.wait()


def test_the_kernel_tells_how_long_an_app_waited_for_a_core(wall: Sandbox, tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    busy = answering("[sum(range(10**6)) for _ in range(20)]", 'return {"hello": name}')
    with pinned(), wall.serve(_job(toy, busy)) as service:
        assert service.wait_started()
        time.sleep(1)
        assert service.kill().waited_s > 0


def _job(toy: Toy, app: str) -> Job:
    files = toy.collected(flask=app).folder
    return Job(files=files, limits=policy().limits, protocol="wsgi", module="flask_app")
