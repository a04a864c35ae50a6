"""The learner's commands in a Python that lacks what Windows lacks: a stand-in for Windows itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "without_posix"
WALL_S = 60
SLOW_TO_IMPORT = "import time\ntime.sleep(1000)\n"

pytestmark = [
    pytest.mark.usefixtures("data", "apart"),
    pytest.mark.skipif(sys.platform != "linux", reason="the stand-in is made of a Linux Python and of /proc"),
]


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A temporary folder of its own: the stand-in has no locks, and others sweep what is not locked."""
    with tempfile.TemporaryDirectory(prefix="w-", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield


def started(toy: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", *words],
        cwd=toy,
        env={**os.environ, "PYTHONPATH": str(HERE), "NO_COLOR": "1", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def said(toy: Path, *words: str, code: int = 0) -> str:
    with started(toy, *words) as child:
        try:
            out, err = child.communicate(timeout=WALL_S)
        finally:
            child.kill()
    assert child.returncode == code, out + err
    return out


def test_the_stand_in_takes_away_what_it_names() -> None:
    code = "import os, signal, socket\nprint(hasattr(os, 'fork'), hasattr(signal, 'SIGKILL'))\nimport fcntl\n"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env={**os.environ, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
    )
    assert ended.stdout == "False False\n"
    assert "ModuleNotFoundError: fcntl" in ended.stderr


def test_both_parts_are_checked_by_a_stand_in_for_windows(toy: Path) -> None:
    for name in ("flask_app.py", "fastapi_app.py"):
        solution = toy / "solutions/greeting" / name
        (toy / "exercises/greeting" / name).write_bytes(solution.read_bytes())
    report = json.loads(said(toy, "check", "greeting", "--json"))
    assert [(part["name"], part["verdict"]) for part in report["parts"]] == [
        ("flask", "passed"),
        ("fastapi", "passed"),
    ]


def test_a_learners_way_on_a_stand_in_for_windows(toy: Path) -> None:
    app = toy / "exercises/greeting/flask_app.py"
    said(toy, "start")
    starter = app.read_bytes()
    app.write_bytes(starter + b"\nraise RuntimeError('not yet')\n")
    assert "RuntimeError: not yet" in said(toy, "check", "greeting", "flask", code=1)
    assert "not yet, nothing ran" in said(toy, "list")
    app.write_bytes((toy / "solutions/greeting/flask_app.py").read_bytes())
    assert "10 of 10 points" in said(toy, "check", "greeting", "flask")
    assert "passed" in said(toy, "verify")
    said(toy, "reset", "greeting", "flask")
    assert app.read_bytes() == starter


def test_a_killed_check_leaves_no_process_on_a_stand_in_for_windows(toy: Path) -> None:
    (toy / "exercises/greeting/flask_app.py").write_text(SLOW_TO_IMPORT)
    with started(toy, "check", "greeting", "flask") as child:
        until = time.monotonic() + WALL_S
        while len(below := descendants(child.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
    assert len(below) >= 2
    while any(Path("/proc", str(each)).exists() for each in below) and time.monotonic() < until:
        time.sleep(0.05)
    assert [each for each in below if Path("/proc", str(each)).exists()] == []


def descendants(pid: int) -> list[int]:
    """The app's process and that of the checks."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
