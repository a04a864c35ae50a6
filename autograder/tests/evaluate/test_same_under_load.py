"""One class, graded calm and again on a machine that has other work and loses processes: the same points."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.batch import grade_batch
from autograder.collect import Source
from autograder.evaluate import Grader
from autograder.report.model import Report
from autograder.sandbox import Sandbox
from autograder.sandbox.policy import load_policy
from autograder.sandbox.watchdog import usage_of
from autograder.tests.kinds.test_busy import pinned
from autograder.tests.sandbox.running import open_sandbox
from autograder.tests.toycourse import FASTAPI, FLASK, TOY, Toy, answering
from autograder.verdict import Status

HIDDEN = TOY / "autograder/hidden/greeting"

CLASS = {
    "right": FLASK,
    "wrong": (HIDDEN / "wrong/always_ada.flask.py").read_text("utf-8"),
    "raises": answering("raise RuntimeError"),
    "leaves": answering("import os; os._exit(1)"),
    "no python": "def create_app(:\n",
    "slow": answering("import time; time.sleep(0.4)", 'return {"hello": name}'),
    "hangs": answering("import time; time.sleep(600)"),
    "burns": answering("sum(range(3 * 10**6))", 'return {"hello": name}'),
    "spins": answering("while True: pass"),
    "empty": "",
}
"""Flask apps by what they do; FastAPI's is right in all."""


@pytest.fixture(scope="module")
def wall() -> Iterator[Sandbox]:
    yield from open_sandbox("bubblewrap")


def graded(toy: Toy, wall: Sandbox, names: list[str]) -> dict[str, Report]:
    """Grade these hand-ins anew, several at once."""
    files = {name: {"flask_app.py": CLASS[name], "fastapi_app.py": FASTAPI} for name in names}
    folders = {name: toy.hand_in(name, files[name]) for name in names}
    sources = [Source(name, folder, folder.parent) for name, folder in folders.items()]
    own = load_policy()
    # A turn at the CPU limit is what "spins" gets, on a clock that does not matter.
    client = own.client.model_copy(update={"request_wall_s": 6.0})
    given = own.model_copy(update={"client": client})
    with Grader(toy.catalog, sandbox=wall, seed=lambda _: "5eed", jobs=2, policy=given) as grader:
        return {report.student: report for report in grade_batch(grader, toy.topic(), sources, jobs=2)}


@contextmanager
def losing_processes(every_s: float) -> Iterator[list[int]]:
    """Kill one of our descendants now and again: a sandbox, an app, the checks' process; other work aside."""
    over, killed = threading.Event(), list[int]()
    draw = random.Random(7)

    def run() -> None:
        while not over.wait(every_s):
            ours = [pid for pid in usage_of(os.getpid()).pids[1:] if _is_ours(pid)]
            if ours:
                killed.append(draw.choice(ours))
                os.kill(killed[-1], signal.SIGKILL)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def _is_ours(pid: int) -> bool:
    """Whether it is the grader's: an app that is killed alone looks as if it had killed itself."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return False
    inside = next(line.split()[-1] for line in status.splitlines() if line.startswith("NSpid:"))
    return b"checks.worker" in command or (b"launcher.py" in command and inside == "1")


def points(reports: dict[str, Report]) -> dict[str, list[float]]:
    return {name: [part.points for part in report.parts] for name, report in reports.items()}


@pytest.mark.slow
def test_other_work_on_every_core_changes_no_grade(wall: Sandbox, tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    calm = graded(toy, wall, list(CLASS))
    assert {report.status for report in calm.values()} == {Status.GRADED}
    assert calm["right"].points == calm["slow"].points == calm["burns"].points == calm["right"].max_points
    with pinned():
        loaded = graded(toy, wall, list(CLASS))
    assert points(loaded) == points(calm)


@pytest.mark.slow
def test_processes_that_are_lost_change_no_grade_but_to_broken(wall: Sandbox, tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    names = [name for name in CLASS if name not in {"hangs", "spins"}]
    calm = graded(toy, wall, names)
    with pinned(), losing_processes(every_s=0.7) as killed:
        disturbed = graded(toy, wall, names)
    assert len(killed) > 3
    changed = {
        name: report.parts
        for name, report in disturbed.items()
        if report.status is not Status.BROKEN and points({name: report}) != points({name: calm[name]})
    }
    assert changed == {}
    again = graded(toy, wall, [name for name, report in disturbed.items() if report.status is Status.BROKEN])
    assert points(again).items() <= points(calm).items()
