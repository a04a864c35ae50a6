"""What a grader starts it also ends, however it ends itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from autograder.checks.holder import CheckHolder
from autograder.sandbox import Sandbox
from autograder.sandbox.plain import PlainSandbox
from autograder.tests.evaluate.judging import assert_broken, grader
from autograder.tests.toycourse import FLASK, Toy, environment, policy

APPS_END_S = 14
"""A stuck app ends by itself, at its limit, a second later: whoever is done before has ended it."""
NEXT = "from autograder.scratch import scratch_folder; scratch_folder('next')"
STUCK = "import time\ntime.sleep(3600)\n"


def test_the_checks_of_all_parts_start_before_the_first_app(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    def noted(kind: type, name: str) -> None:
        real = getattr(kind, name)

        def call(*words: Any, **more: Any) -> Any:
            begun.append(name)
            return real(*words, **more)

        monkeypatch.setattr(kind, name, call)

    noted(CheckHolder, "_collected")
    noted(PlainSandbox, "serve")
    with grader(toy, PlainSandbox()) as one:
        one.grade(toy.collected())
    assert begun == ["_collected", "_collected", "serve", "serve"]


def test_closing_ends_what_is_judged_as_broken_at_once(
    toy: Toy, wall: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    serve = type(wall).serve

    def noted(self: Any, job: Any) -> Any:
        service = serve(self, job)
        begun.set()
        return service

    monkeypatch.setattr(type(wall), "serve", noted)
    hand_in = toy.collected(flask=STUCK)
    patient = policy(start_wall_s=600, wall_s=600)
    one = grader(toy, wall, cache=tmp_path / "cache", policy=patient)
    future = one.submit(hand_in, ["flask"])
    assert begun.wait(20)
    start = time.monotonic()
    one.close()
    assert time.monotonic() - start < 30
    assert_broken(future.result(1), "Grading was stopped")
    assert not (tmp_path / "cache").exists()
    assert_broken(one.grade(hand_in, ["flask"]), "Grading was stopped")
    one.close()


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder for temporary files whose path is short, since sockets lie in it."""
    folder = Path(tempfile.mkdtemp(prefix="t", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def descendants(pid: int) -> list[int]:
    """Every process below this one."""
    try:
        tasks = list(Path("/proc", str(pid), "task").iterdir())
        found = [int(each) for task in tasks for each in (task / "children").read_text().split()]
    except OSError:
        return []
    return [pid for child in found for pid in (child, *descendants(child))]


def running(pid: int) -> bool:
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def command(pid: int) -> str:
    return Path("/proc", str(pid), "comm").read_text().strip()


@pytest.mark.slow
def test_many_grades_leave_no_descriptor_process_thread_or_folder(
    toy: Toy, wall: Sandbox, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held() -> tuple[int, int, list[int]]:
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count(), descendants(os.getpid())

    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    hand_ins = [toy.collected(flask=f"{FLASK}\n# {number}\n") for number in range(30)]
    before = held()
    with grader(toy, wall) as one:
        one.grade(toy.collected(flask="import os; os._exit(1)\n"))
        after_one = held()
        with ThreadPoolExecutor(3) as pool:
            points = {report.points for report in pool.map(one.grade, hand_ins)}
        assert held() == after_one
    assert points == {20}
    assert held() == before
    assert list(scratch.iterdir()) == []


@pytest.fixture
def grading(toy: Toy, scratch: Path) -> Iterator[subprocess.Popen[str]]:
    """`course grade` over two apps that are stuck, when the processes of both are there."""
    for student in ("ann", "ben"):
        hand_in = toy.hand_in(student, {"flask_app.py": f"{STUCK}# {student}\n"})
    command = [sys.executable, "-m", "autograder", "grade", str(hand_in.parent), "--topic", "greeting"]
    with subprocess.Popen(
        [*command, "--jobs", "2"],
        cwd=toy.path,
        env=environment(TMPDIR=str(scratch)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        deadline = time.monotonic() + 30
        # Two boxes, of bubblewrap, its pid 1 and the app, and two processes of checks.
        while len(descendants(process.pid)) < 8 and time.monotonic() < deadline:
            time.sleep(0.1)
        yield process
        if process.poll() is None:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_nothing_outlives_the_engine(
    grading: subprocess.Popen[str], scratch: Path, number: signal.Signals
) -> None:
    below = descendants(grading.pid)
    assert len(below) >= 8
    began = time.monotonic()
    grading.send_signal(number)
    _, said = grading.communicate(timeout=20)
    while any(map(running, below)) and time.monotonic() - began < 10:
        time.sleep(0.05)
    if number is signal.SIGKILL:
        # A box that was just being made may be left, as bubblewrap's doing; the next grader ends it.
        assert {command(pid) for pid in below if running(pid)} <= {"bwrap"}
        subprocess.run([sys.executable, "-c", NEXT], env=environment(TMPDIR=str(scratch)), check=True)
        while any(map(running, below)) and time.monotonic() - began < 20:
            time.sleep(0.05)
    assert [pid for pid in below if running(pid)] == []
    assert not list(scratch.glob("course-checks-*"))
    if number is signal.SIGKILL:
        assert grading.returncode == -number
    else:
        assert time.monotonic() - began < 30
        assert grading.returncode == 130, said
        assert "Stopped. What was graded is kept" in said
        assert list(scratch.iterdir()) == []
