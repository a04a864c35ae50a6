"""One grader at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.nb import lock

HOLD = """
import sys
from pathlib import Path
from autograder.nb import lock
lock.hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_told_about_the_first(tmp_path: Path) -> None:
    path = tmp_path / ".course" / "grading.lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(CourseError, match=f"graded already: process {other.pid}, since 20"):
            lock.hold(path)
        other.kill()
    assert lock.hold(path)
    lock.release(path)


def test_only_the_first_call_in_a_process_makes_it_the_grader(tmp_path: Path) -> None:
    path = tmp_path / "grading.lock"
    assert lock.hold(path)
    assert not lock.hold(path)
    lock.release(path)
    lock.release(path)
    assert lock.hold(path)
    lock.release(path)
