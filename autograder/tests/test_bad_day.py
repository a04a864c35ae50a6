"""`course autograde` on a bad day: stopped, started twice, shut out of its gradebook or its folder."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from autograder.nb.journal import Journal
from autograder.tests.nb.conftest import RELEASE
from autograder.tests.test_bad_machine import mounted
from autograder.tests.toycourse import FASTAPI, FLASK, copy_toy, course, environment

pytestmark = pytest.mark.slow

STUCK = ("ben", "cy", "dot", "eli", "fay", "gil")
"""Students whose apps never start: they keep a grader busy for a minute or more."""

AUTOGRADE = ("autograde", "greeting", "--course", "course", "--build", "build")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course and its build folder, released by nbgrader itself."""
    home = tmp_path_factory.mktemp("a bad day")
    copy_toy(home / "course")
    course("build", "build", "--course", "course", cwd=home)
    subprocess.run([sys.executable, "-c", RELEASE, str(home / "build")], check=True, capture_output=True)
    return home


@pytest.fixture
def home(released: Path, tmp_path: Path) -> Path:
    """A copy, with one good hand-in."""
    home = tmp_path / "my desk"
    shutil.copytree(released, home)
    hand_in(home, "ann", FLASK)
    return home


def hand_in(home: Path, student: str, flask: str) -> None:
    place = home / "build/submitted" / student / "greeting"
    shutil.copytree(home / "build/release/greeting", place)
    (place / "flask_app.py").write_text(flask)
    (place / "fastapi_app.py").write_text(FASTAPI)


def recorded(home: Path) -> dict[str, float]:
    """Automatic points by student, straight from the gradebook."""
    query = """SELECT submitted_assignment.student_id, SUM(grade.auto_score) FROM grade
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
        GROUP BY 1 HAVING COUNT(grade.auto_score) > 0"""
    with closing(sqlite3.connect(home / "build/gradebook.db")) as database:
        return dict(database.execute(query).fetchall())


@pytest.fixture
def stuck(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A grader that is done with ann and waits for apps that never start."""
    for student in STUCK:
        hand_in(home, student, f"import time\ntime.sleep(60)  # {student}\n")
    journal = Journal(home / "build/.course/journal.sqlite")
    with subprocess.Popen(
        [sys.executable, "-m", "autograder", *AUTOGRADE, "--jobs", "2"],
        cwd=home,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            if "ann" in (standings := journal.standings("greeting")) and standings["ann"].complete:
                break
            time.sleep(0.2)
        yield process
        if process.poll() is None:
            process.kill()


def test_ctrl_c_keeps_what_was_recorded_and_the_next_run_does_the_rest(
    home: Path, stuck: subprocess.Popen[str]
) -> None:
    os.killpg(stuck.pid, signal.SIGINT)
    began = time.monotonic()
    _, said = stuck.communicate(timeout=30)
    assert time.monotonic() - began < 30
    assert (stuck.returncode, "Traceback" in said) == (130, False), said
    assert "Stopped. What was graded is kept; run the same command again for the rest." in said
    assert recorded(home)["ann"] == 20
    for student in STUCK:
        (home / "build/submitted" / student / "greeting/flask_app.py").write_text(FLASK)
    ran = course(*AUTOGRADE, cwd=home)
    assert f"{len(STUCK)} submissions: {len(STUCK)} graded." in ran.stdout
    assert recorded(home) == dict.fromkeys(["ann", *STUCK], 20)


def test_a_second_grader_is_told_of_the_first_and_harms_nothing(
    home: Path, stuck: subprocess.Popen[str]
) -> None:
    ran = course(*AUTOGRADE, cwd=home, code=3)
    assert f"This folder is being graded already: process {stuck.pid}, since 2" in ran.stderr
    assert "do:    Wait until that has ended" in ran.stderr
    assert stuck.poll() is None
    assert recorded(home)["ann"] == 20


def test_a_locked_gradebook_is_told_and_nothing_is_lost(home: Path) -> None:
    gradebook = home / "build/gradebook.db"
    with closing(sqlite3.connect(gradebook, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        ran = course(*AUTOGRADE, cwd=home, code=3, COURSE_DB_URL=f"sqlite:///{gradebook}?timeout=0.5")
    assert "The gradebook is locked" in ran.stderr
    assert str(gradebook) in ran.stderr
    assert "do:    End that program, then autograde again" in ran.stderr
    course(*AUTOGRADE, cwd=home)
    assert recorded(home)["ann"] == 20


def test_a_build_folder_that_cannot_be_written_is_told_by_its_name(home: Path) -> None:
    before = mounted("--bind build build", more="mount -o remount,bind,ro build &&")
    ran = course(*AUTOGRADE, cwd=home, code=3, before=before)
    assert "build" in ran.stderr
    assert "ead-only" in ran.stderr
    assert "do:" in ran.stderr
    assert recorded(home) == {}


def test_a_full_disk_under_the_build_folder_is_told_and_nothing_is_half_recorded(home: Path) -> None:
    size = sum(path.stat().st_size for path in (home / "build").rglob("*") if path.is_file())
    fill = "cp -r build/. full/ && mount --bind full build && dd if=/dev/zero of=build/fill status=none;"
    (home / "full").mkdir()
    before = mounted(f"-t tmpfs -o size={size // 1024 + 4096}k tmpfs full", more=fill)
    ran = course(*AUTOGRADE, cwd=home, code=3, before=before)
    assert "disk" in (ran.stderr + ran.stdout)
    assert "do:" in ran.stderr
    course(*AUTOGRADE, cwd=home)
    assert recorded(home)["ann"] == 20


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--student", "nobody"), "Nothing was handed in for greeting by nobody."),
        (("--build", "elsewhere"), "There is no nbgrader course in elsewhere."),
    ],
)
def test_what_does_not_exist_is_wrong_usage(home: Path, words: tuple[str, ...], told: str) -> None:
    ran = course(*AUTOGRADE, *words, cwd=home, code=2)
    assert told in ran.stderr
    assert "do:" in ran.stderr


def test_a_broken_check_records_nothing_and_says_what_to_mend(home: Path) -> None:
    contract = home / "course/autograder/hidden/greeting/test_contract.py"
    text = contract.read_text("utf-8")
    contract.write_text(text.replace("name = word(draw)", "name = words(draw)"))
    ran = course(*AUTOGRADE, cwd=home, code=3)
    assert "1 submission: 1 broken." in ran.stdout
    assert "NameError: name 'words' is not defined" in ran.stderr
    assert recorded(home) == {}
    contract.write_text(text)
    course(*AUTOGRADE, cwd=home)
    assert recorded(home)["ann"] == 20
