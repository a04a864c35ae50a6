"""Control groups hold what no process's own account shows, and are gone when their jobs are.

The filter of system calls lets all through here, so that a group alone is what holds.
"""

from __future__ import annotations

import gc
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import autograder.sandbox.bubblewrap as bubblewrap_module
import autograder.sandbox.order as order_module
from autograder.checks.expect import AppGone
from autograder.outcome import Limit
from autograder.sandbox import Sandbox
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.ground import claim
from autograder.sandbox.groups import Counted, Groups, Uncounted
from autograder.sandbox.hierarchies import Hierarchies, find_hierarchies
from autograder.tests.sandbox.running import ask, job, limits, run_code, start, write

MIB = 1 << 20
ALLOW_ALL = struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000)  # BPF_RET, SECCOMP_RET_ALLOW
SMALL = limits(
    memory_bytes=40 * MIB, tmp_bytes=MIB, file_bytes=64 * MIB, cpu_s=0.5, descriptors=4096, open_files=4096
)
HIDDEN = {
    "in shared maps without a process's pages": """
        import mmap, time
        held = []
        for _ in range(15):
            pages = mmap.mmap(-1, 20 << 20)
            for at in range(0, 20 << 20, 4096):
                pages[at] = 1
            pages.madvise(mmap.MADV_DONTNEED)
            held.append(pages)
        time.sleep(60)
    """,
    "in the buffers of sockets": """
        import socket, time
        held = []
        for _ in range(1500):
            one, other = socket.socketpair()
            one.setblocking(False)
            held += [one, other]
            try:
                while True:
                    one.send(bytes(65536))
            except BlockingIOError:
                pass
        time.sleep(60)
    """,
    "in pipes": """
        import fcntl, os, time
        for _ in range(1500):
            _, end = os.pipe()
            os.set_blocking(end, False)
            try:
                while True:
                    os.write(end, bytes(65536))
            except BlockingIOError:
                pass
        time.sleep(60)
    """,
    "in huge pages that only a pipe holds": """
        import ctypes, mmap, os, time
        libc = ctypes.CDLL(None, use_errno=True)

        class Piece(ctypes.Structure):
            _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

        SIZE = 2 << 20
        libc.mmap.restype = ctypes.c_void_p
        for _ in range(300):
            _, end = os.pipe()
            start = libc.mmap(None, ctypes.c_size_t(2 * SIZE), 3, 0x22, -1, 0)
            inside = (start + SIZE - 1) // SIZE * SIZE
            libc.madvise(ctypes.c_void_p(inside), ctypes.c_size_t(SIZE), 14)  # MADV_HUGEPAGE
            ctypes.memset(inside, 1, 4096)
            libc.vmsplice(end, ctypes.byref(Piece(inside, 4096)), ctypes.c_size_t(1), 0)
            libc.munmap(ctypes.c_void_p(start), ctypes.c_size_t(2 * SIZE))
        time.sleep(60)
    """,
    "in semaphores of System V": """
        import ctypes, time
        libc = ctypes.CDLL(None)
        for _ in range(300):
            libc.semget(0, 32_000, 0o1600)
        time.sleep(60)
    """,
}
UNCOLLECTED = """
    import os, signal, time
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in range(40):
        told, tells = os.pipe()
        if os.fork() == 0:
            until = time.process_time() + 0.02
            while time.process_time() < until:
                pass
            os._exit(0)
        os.close(tells)
        os.read(told, 1)
        os.close(told)
"""


def offered() -> tuple[Counted | Uncounted, Counted | Uncounted]:
    groups = Groups()
    groups.close()
    return groups.memory, groups.cpu


COUNTED = all(isinstance(each, Counted) for each in offered())
needs_groups = pytest.mark.xfail(
    not COUNTED, reason="this user can make no control groups here: `course dev sandbox` says why", run=False
)


@pytest.fixture(scope="module", params=["warm", "cold"])
def grouped(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox whose filter allows every call."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order_module, "filter_program", lambda _calls: ALLOW_ALL)
        yield BubblewrapSandbox(warm=request.param == "warm")


@pytest.fixture
def ungrouped(monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """As on a machine without control groups."""
    monkeypatch.setattr(bubblewrap_module, "Groups", lambda: Groups(Hierarchies({}, None)))
    return BubblewrapSandbox(warm=True)


def test_a_machine_without_control_groups_says_why_and_what_to_do() -> None:
    for each in offered():
        assert isinstance(each, Counted) or (each.what and each.remedy)


@needs_groups
@pytest.mark.parametrize("where", HIDDEN)
def test_memory_is_bounded_where_no_process_shows_it(grouped: Sandbox, tmp_path: Path, where: str) -> None:
    outcome = run_code(grouped, tmp_path, HIDDEN[where], limits=SMALL)
    assert outcome.limit is Limit.MEMORY, outcome


@needs_groups
def test_cpu_time_of_children_that_nobody_waited_for_is_counted(grouped: Sandbox, tmp_path: Path) -> None:
    assert run_code(grouped, tmp_path, UNCOLLECTED, limits=limits(cpu_s=5)).cpu_s > 0.8
    assert run_code(grouped, tmp_path, UNCOLLECTED, limits=SMALL).limit is Limit.CPU


@needs_groups
def test_an_app_that_the_kernel_ended_at_the_limit_is_not_started_again(
    grouped: Sandbox, tmp_path: Path
) -> None:
    app = """
        import mmap
        from flask import Flask

        app = Flask(__name__)
        held = []

        @app.post("/grow")
        def grow():
            for _ in range(15):
                pages = mmap.mmap(-1, 20 << 20)
                for at in range(0, 20 << 20, 4096):
                    pages[at] = 1
                pages.madvise(mmap.MADV_DONTNEED)
                held.append(pages)
            return {}
    """
    write(tmp_path, {"flask_app.py": app})
    small = limits(memory_bytes=120 * MIB, tmp_bytes=MIB)
    with start(grouped, job(tmp_path, "flask", limits=small)) as service:
        with pytest.raises(AppGone):
            ask(service, "/grow", "POST")
        assert not service.restart()
        assert service.kill().limit is Limit.MEMORY


PATIENT = replace(SMALL, cpu_s=20)
HONEST = {
    "fills its folders and its memory": """
        held = b"x" * (20 << 20)
        for place, size in ((".", 1), ("/tmp", 1), ("/dev/shm", 16)):
            try:
                with open(f"{place}/filler", "wb") as file:
                    for _ in range(size * 64):
                        file.write(bytes(16384))
            except OSError:
                pass
        print(len(held) >> 20)
    """,
    "reads many files": """
        import os
        read = 0
        for folder, _, names in os.walk("/usr/lib"):
            for name in names:
                path = os.path.join(folder, name)
                if read < 100 << 20 and os.path.isfile(path) and not os.path.islink(path):
                    with open(path, "rb") as file:
                        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                        while block := file.read(1 << 20):
                            read += len(block)
        print(read >= 60 << 20)
    """,
    "holds too much": "held = b'x' * (60 << 20)\nimport time\ntime.sleep(60)\n",
    "ends by itself": "raise SystemExit(3)\n",
    "kills itself": "import os\nos.kill(os.getpid(), 9)\n",
}


@pytest.mark.parametrize("name", HONEST)
def test_the_outcome_is_that_of_a_machine_without_control_groups(
    grouped: Sandbox, ungrouped: Sandbox, tmp_path: Path, name: str
) -> None:
    one, other = (run_code(each, tmp_path, HONEST[name], limits=PATIENT) for each in (grouped, ungrouped))
    facts = [(each.limit, each.exit_code, each.signal, each.stdout) for each in (one, other)]
    assert facts[0] == facts[1]
    assert (one.limit is Limit.MEMORY) == (name == "holds too much")


def folders(groups: Groups) -> set[Path]:
    """Of this grader alone: others may run on the machine."""
    return {each.ground.folder for each in (groups.memory, groups.cpu) if isinstance(each, Counted)}


def test_the_groups_of_a_job_are_gone_after_it_and_the_graders_after_its_end(tmp_path: Path) -> None:
    sandbox = BubblewrapSandbox(warm=True)
    run_code(sandbox, tmp_path, "pass\n")
    made = folders(sandbox._open().groups)
    assert all(each.is_dir() for each in made)
    assert not [each for folder in made for each in folder.glob("job-*")]
    del sandbox
    gc.collect()
    assert not [each for each in made if each.exists()]


GRADER = """
import sys
from pathlib import Path
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.tests.sandbox.running import run_code
from autograder.tests.sandbox.test_groups import folders
sandbox = BubblewrapSandbox(warm=True)
print(*folders(sandbox._open().groups), sep=":", flush=True)
run_code(sandbox, Path(sys.argv[1]), "import time\\ntime.sleep(600)")
"""


def test_the_next_grader_removes_the_groups_of_a_killed_one(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", GRADER, str(tmp_path)], stdout=subprocess.PIPE) as grader:
        assert grader.stdout is not None
        left = [Path(each) for each in grader.stdout.readline().decode().strip().split(":") if each]
        wait_until(lambda: bool(_members(left)) or not COUNTED)
        grader.send_signal(signal.SIGKILL)
    wait_until(lambda: not _members(left))  # the kernel ends the sandbox with the grader
    assert all(each.is_dir() for each in left)
    Groups().close()
    assert not [each for each in left if each.exists()]


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def _members(graders: list[Path]) -> list[str]:
    found = (file for each in graders for file in each.glob("job-*/cgroup.procs"))
    return [pid for file in found for pid in file.read_text().split()]


@needs_groups
def test_a_group_in_which_a_process_lives_is_never_removed() -> None:
    own = find_hierarchies().by_controller["memory"]
    assert own is not None
    dead, lock = claim(own)
    job = dead / "job-0"
    job.mkdir()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        (job / "cgroup.procs").write_text(str(child.pid))
        os.close(lock)  # as when the grader ends
        Groups().close()
        assert (job / "cgroup.procs").read_text().split() == [str(child.pid)]
        assert child.poll() is None
        child.communicate()
    Groups().close()
    assert not dead.exists()


def test_the_groups_of_a_living_grader_are_left_alone() -> None:
    first, second = Groups(), Groups()
    group = first.make(MIB)
    Groups().close()
    second.close()
    jobs = [each for folder in folders(first) for each in folder.glob("job-*")]
    assert bool(jobs) == COUNTED
    group.close()
    first.close()
    assert not [each for each in jobs if each.exists()]
