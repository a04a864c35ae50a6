"""Scratch folders: one place a process, gone with it, and swept when it was killed."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder import scratch
from autograder.sandbox.bwrap import Bubblewrap
from autograder.scratch import scratch_folder, temporary_folder

MAKES = "from autograder.scratch import scratch_folder; print(scratch_folder('box'), flush=True); {then}"


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A temporary folder with a short path."""
    with tempfile.TemporaryDirectory(prefix="t-") as name:
        yield Path(name)


def made(then: str, temporary: Path) -> subprocess.Popen[str]:
    """A process that makes a scratch folder, says where, and then does something."""
    return subprocess.Popen(
        [sys.executable, "-c", MAKES.format(then=then)],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    )


def place(process: subprocess.Popen[str]) -> Path:
    """The folder that the process said it made."""
    assert process.stdout is not None
    return Path(process.stdout.readline().strip())


def test_a_scratch_folder_is_closed_to_others_and_fits_a_socket() -> None:
    folder = scratch_folder("box")
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "app"))
    assert (folder / "app").is_socket()


def test_a_long_temporary_folder_is_passed_over(temporary: Path) -> None:
    deep = temporary / ("deep" * 30)
    deep.mkdir()
    with made("pass", deep) as process:
        folder = place(process)
    assert len(str(folder / "app")) < 108
    assert not folder.exists()


def test_two_folders_of_a_process_lie_side_by_side() -> None:
    first, second = scratch_folder("box"), scratch_folder("box")
    assert first != second
    assert first.parent == second.parent


def test_a_temporary_folder_goes_with_its_block() -> None:
    with temporary_folder("inbox") as folder:
        (folder / "file").write_text("x")
    assert not folder.exists()


def test_a_process_that_ends_leaves_nothing(temporary: Path) -> None:
    with made("pass", temporary) as process:
        folder = place(process)
        process.wait(30)
    assert folder.is_relative_to(temporary)
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_swept_by_the_next(temporary: Path) -> None:
    with made("import time; time.sleep(60)", temporary) as killed:
        left = place(killed)
        killed.send_signal(signal.SIGKILL)
    assert left.is_dir()
    with made("pass", temporary) as process:
        process.wait(30)
    assert not left.exists()
    assert list(temporary.iterdir()) == []


def test_what_a_killed_check_without_a_wall_left_of_the_app_is_swept_by_the_next(
    temporary: Path, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    (tmp_path / "app.py").write_text(
        f"import os, time\nopen({str(told)!r}, 'x').write(os.getcwd())\ntime.sleep(10)\n", "utf-8"
    )
    runs = (
        "from pathlib import Path; from autograder.sandbox.policy import load_policy;"
        "from autograder.sandbox.job import Job; from autograder.sandbox.plain import PlainSandbox;"
        f"job = Job(Path({str(tmp_path)!r}), limits=load_policy().limits, command=('app.py',));"
        "PlainSandbox().run(job)"
    )
    with made(runs, temporary) as killed:
        end_s = time.monotonic() + 30
        while not (told.is_file() and told.read_text()):
            assert time.monotonic() < end_s, "the app did not begin"
            time.sleep(0.02)
        killed.send_signal(signal.SIGKILL)
    left = Path(told.read_text())
    assert (left / "app.py").is_file()
    with made("pass", temporary) as process:
        process.wait(30)
    assert not left.exists()
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_running_process_is_left_alone(temporary: Path) -> None:
    with made("import time; time.sleep(60)", temporary) as running:
        kept = place(running)
        with made("pass", temporary) as process:
            process.wait(30)
        assert kept.is_dir()
        running.kill()


@pytest.fixture
def unborn() -> Iterator[Callable[[Path], int]]:
    """Starts a box that waits for ever and whose bubblewrap is killed; gives a handle of what is left.

    Here it waits at ``--block-fd``, in a race for the word of the killed one: the same process either way.
    """
    with contextlib.ExitStack() as stack:

        def start(shown: Path) -> int:
            waits, wakes = os.pipe()
            stack.callback(os.close, wakes)
            command = ["--unshare-pid", "--ro-bind", "/", "/", "--ro-bind", str(shown), "/mnt"]
            outer, pid = starter.start(
                [*command, "--block-fd", str(waits), "--", "/bin/true"], errors=2, keep=(waits,)
            )
            os.close(waits)
            outer.kill()
            outer.wait()
            handle = os.pidfd_open(pid)
            stack.callback(os.close, handle)
            stack.callback(end, handle)
            return handle

        starter = Bubblewrap()
        yield start


def end(handle: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)


def ended(handle: int, within_s: float = 0) -> bool:
    """Whether the process has ended."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(within_s * 1000))


def test_what_is_left_of_a_box_that_never_came_to_be_ends_with_its_folder(
    temporary: Path, unborn: Callable[[Path], int]
) -> None:
    with (
        made("import time; time.sleep(60)", temporary) as killed,
        made("import time; time.sleep(60)", temporary) as running,
    ):
        left, theirs = unborn(place(killed)), unborn(place(running))
        killed.kill()
        killed.wait()
        assert not ended(left)
        with made("pass", temporary) as process:
            process.wait(30)
        assert ended(left, within_s=10)
        assert not ended(theirs)
        running.kill()


@pytest.mark.parametrize("name", ["course-", "course-notes"])
def test_a_folder_of_another_kind_is_left_alone(temporary: Path, name: str) -> None:
    other = temporary / name
    other.mkdir()
    (other / "mine").write_text("keep")
    with made("pass", temporary) as process:
        process.wait(30)
    assert (other / "mine").read_text() == "keep"


def test_a_folder_that_was_swept_before_it_was_locked_is_made_anew(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def swept_first(path: Path) -> int:
        made.append(path.parent)
        lock = locked(path)
        if len(made) == 1:
            shutil.rmtree(path.parent)  # another process's sweep came in between
        return lock

    locked = scratch._locked
    monkeypatch.setattr(scratch, "_locked", swept_first)
    root, lock = scratch._new_root(temporary)
    os.close(lock)
    assert root == made[1]
    assert (root / ".lock").is_file()
