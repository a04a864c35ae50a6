"""What the watchdog sees of a job, and that a mistake over one job is neither another's end nor a grade."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import GradingBroken
from autograder.outcome import Limit
from autograder.sandbox import Sandbox, holdings
from autograder.sandbox import meter as meter_module
from autograder.sandbox import watchdog as watchdog_module
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.enclosure import PidOne
from autograder.sandbox.meter import Meter
from autograder.sandbox.policy import load_policy
from autograder.tests.sandbox.running import limits, make, run_code, start

ODD_NAME = """
import _ctypes, ctypes, sys
ctypes.CDLL(None).prctl(15, b"\\xff\\xfe", 0, 0, 0)  # PR_SET_NAME
print("named", flush=True)
sys.stdin.read()
"""
SLEEPS = "import time\ntime.sleep(100)\n"


@pytest.fixture
def odd() -> Iterator[int]:
    """A process whose name is no text."""
    with subprocess.Popen(
        [sys.executable, "-c", ODD_NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "named\n"
        yield child.pid
        child.kill()


def test_a_process_is_measured_whatever_it_calls_itself(odd: int) -> None:
    assert b"\xff" in Path(f"/proc/{odd}/status").read_bytes()
    assert holdings._figure(odd, "FDSize") > 0
    assert watchdog_module.usage_of(odd).tasks == 1


def test_a_mistake_of_ours_over_one_job_breaks_it_and_no_other(
    walled: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        message = "no text"
        raise UnicodeDecodeError("utf-8", b"", 0, 1, message)

    with monkeypatch.context() as patched:
        patched.setattr(Meter, "look", fail)
        with pytest.raises(GradingBroken, match="lost track"):
            run_code(walled, tmp_path, SLEEPS)
    assert run_code(walled, tmp_path, "print('well')").stdout == "well\n"


def test_what_nobody_hears_of_is_broken_and_not_the_submissions_fault(tmp_path: Path) -> None:
    """The thread that hears of boxes is stuck, which must never be taken for an app that does not start."""
    sandbox = BubblewrapSandbox(warm=True)
    start(sandbox, make(tmp_path / "first", "flask")).kill()
    watchdog = sandbox._open().watchdog
    with watchdog._lock:  # it can call nobody back
        service = sandbox.serve(make(tmp_path / "second", "flask", limits=limits(start_wall_s=0.1)))
        outcomes: list[object] = []
        waiting = threading.Thread(target=lambda: outcomes.append(service.wait_started()))
        waiting.start()
        waiting.join(60)
    assert outcomes == [False]
    with pytest.raises(GradingBroken, match="nothing was heard of the box"):
        service.kill()


def test_a_wall_limit_is_told_also_by_who_comes_before_the_watchdog(tmp_path: Path) -> None:
    policy = load_policy()
    slow = policy.model_copy(update={"wall": policy.wall.model_copy(update={"watch_hz": 0.1})})
    sandbox = BubblewrapSandbox(slow, warm=False)
    service = start(sandbox, make(tmp_path, "flask", limits=limits(wall_s=3)))
    time.sleep(3.5)
    assert service.kill().limit is Limit.WALL


def test_a_process_that_was_let_go_is_killed_no_more() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        pid_one = PidOne(child.pid, os.pidfd_open(child.pid), patience_s=5)
        pid_one.close()
        pid_one.kill()
        assert child.poll() is None
        child.send_signal(signal.SIGTERM)


def test_what_a_thread_waited_counts_after_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = iter([{(1, 1): 0.5, (1, 2): 1.0}, {(1, 1): 0.75}, {(1, 1): 0.75, (1, 2): 0.25}])
    monkeypatch.setattr(meter_module, "waits_of", lambda _pids: next(seen))
    meter = Meter(limits())
    waited = []
    for _ in range(3):
        meter._note_waits(())
        waited.append(meter.waited_s)
    assert waited == [1.5, 1.75, 2.0]


def test_a_process_whose_threads_come_and_go_is_seen_in_every_look() -> None:
    code = """
import threading
print("begun", flush=True)
while True:
    threads = [threading.Thread(target=lambda: None) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        looks = [watchdog_module.usage_of(child.pid).tasks for _ in range(200)]
        child.kill()
    assert min(looks) >= 1
