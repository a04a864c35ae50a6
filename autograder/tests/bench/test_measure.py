"""What a command cost: everything it started is counted, and what it said is told when it fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.bench.cpu import group
from autograder.bench.measure import measured, this_machine
from autograder.errors import GradingBroken

BURN = "import time\nwhile time.process_time() < 0.5: pass\n"
# A child in a session of its own, left to itself: nobody below the command waits for it.
LEAVE = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {BURN!r}], start_new_session=True)
time.sleep(1.5)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_the_cpu_time_of_a_command_and_of_what_it_waits_for_is_counted(tmp_path: Path) -> None:
    cost = measured(
        python(f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])"), cwd=tmp_path
    )
    assert 0.5 <= cost.cpu_s < 5
    assert cost.wall_s > 0.4
    assert cost.peak_mb > 5


def test_what_nobody_waited_for_is_counted_or_its_lack_is_told(tmp_path: Path) -> None:
    with group() as made:
        can_count = made is not None
    cost = measured(python(LEAVE), cwd=tmp_path)
    assert cost.is_whole is can_count
    assert (cost.cpu_s >= 0.5) is can_count


def test_no_group_is_left_behind() -> None:
    with group() as made:
        assert made is None or made.path.is_dir()
    assert made is None or not made.path.exists()


def test_what_a_command_prints_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    measured(python("print('told')"), cwd=tmp_path, output=tmp_path / "said")
    assert (tmp_path / "said").read_text() == "told\n"


@pytest.mark.parametrize("output", [None, "said"])
def test_a_command_that_fails_is_our_fault_and_its_last_words_are_told(
    tmp_path: Path, output: str | None
) -> None:
    code = "import sys\nsys.stderr.write('no disk')\nsys.exit(3)"
    with pytest.raises(GradingBroken, match=r"(?s)exited with 3: .*no disk"):
        measured(python(code), cwd=tmp_path, output=tmp_path / output if output else None)


def test_the_machine_is_told_with_versions_and_without_its_name() -> None:
    machine = this_machine({"otter-grader": "1"})
    assert machine.cores >= 1
    assert machine.memory_gb > 0.1
    assert {"nbgrader", "otter-grader", "flask"} <= set(machine.versions)
