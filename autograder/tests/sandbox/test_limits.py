"""Every limit of the policy holds behind the wall, and the outcome names it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from autograder.outcome import Limit
from autograder.sandbox import Sandbox
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.policy import load_policy
from autograder.tests.sandbox.running import ask, limits, make, run_code, start

MIB = 1 << 20


def test_cpu_time_of_one_process(walled: Sandbox, tmp_path: Path) -> None:
    outcome = run_code(walled, tmp_path, "while True:\n    pass\n", limits=limits(cpu_s=0.5))
    assert (outcome.limit, outcome.exit_code, outcome.signal) == (Limit.CPU, None, None)
    assert 0.5 <= outcome.cpu_s < 3


def test_cpu_time_of_many_processes_is_added_up(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import os
        for _ in range(4):
            if os.fork() == 0:
                while True:
                    pass
        os.wait()
    """
    outcome = run_code(walled, tmp_path, code, limits=limits(cpu_s=1))
    assert outcome.limit is Limit.CPU


def test_cpu_time_of_the_dead_is_added_up(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import os, time
        while True:
            if os.fork() == 0:
                until = time.process_time() + 0.01
                while time.process_time() < until:
                    pass
                os._exit(0)
            os.wait()
    """
    outcome = run_code(walled, tmp_path, code, limits=limits(cpu_s=1))
    assert outcome.limit is Limit.CPU


def test_sleeping_costs_no_cpu_time(walled: Sandbox, tmp_path: Path) -> None:
    outcome = run_code(walled, tmp_path, "import time\ntime.sleep(1)\n", limits=limits(cpu_s=0.9))
    assert (outcome.limit, outcome.exit_code) == (None, 0)
    assert outcome.wall_s > 1


def test_memory_of_one_process(walled: Sandbox, tmp_path: Path) -> None:
    code = "import time\ndata = b'x' * (300 << 20)\ntime.sleep(30)\n"
    outcome = run_code(walled, tmp_path, code, limits=limits(memory_bytes=200 * MIB))
    assert outcome.limit is Limit.MEMORY
    assert outcome.peak_memory_bytes > 200 * MIB


def test_memory_of_many_processes_is_added_up(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import os, time
        for _ in range(8):
            if os.fork() == 0:
                data = b"x" * (60 << 20)
                time.sleep(30)
        time.sleep(30)
    """
    outcome = run_code(walled, tmp_path, code, limits=limits(memory_bytes=200 * MIB))
    assert outcome.limit is Limit.MEMORY


def test_memory_that_processes_share_counts_once(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import os, time
        data = b"x" * (60 << 20)
        for _ in range(8):
            if os.fork() == 0:
                time.sleep(0.5)
                os._exit(0)
        for _ in range(8):
            os.wait()
    """
    outcome = run_code(walled, tmp_path, code, limits=limits(memory_bytes=200 * MIB))
    assert (outcome.limit, outcome.exit_code) == (None, 0)
    assert 60 * MIB < outcome.peak_memory_bytes < 200 * MIB


def test_one_huge_allocation_fails_inside(walled: Sandbox, tmp_path: Path) -> None:
    outcome = run_code(walled, tmp_path, "bytearray(8 << 30)\n")
    assert (outcome.limit, outcome.exit_code) == (None, 1)
    assert "MemoryError" in outcome.stderr


@pytest.mark.parametrize("place", [".", "/tmp", "/dev/shm"])
def test_disk_is_full_at_the_limit(walled: Sandbox, tmp_path: Path, place: str) -> None:
    code = f"""
        written = 0
        try:
            for number in range(1000):
                with open(f"{place}/{{number}}", "wb") as file:
                    written += file.write(bytes(1 << 20))
        except OSError as error:
            print(error.errno, written >> 20)
    """
    outcome = run_code(walled, tmp_path, code, limits=limits(tmp_bytes=32 * MIB))
    number, written = map(int, outcome.stdout.split())
    assert number == 28  # no space left
    assert 10 < written <= 32


def test_one_file_has_its_own_limit(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        for make in (lambda file: file.truncate(1 << 30), lambda file: file.write(bytes(3 << 20))):
            try:
                with open("big", "wb", buffering=0) as file:
                    print("made", make(file))
            except OSError as error:
                print(error.errno)
    """
    outcome = run_code(walled, tmp_path, code, limits=limits(file_bytes=2 * MIB))
    assert outcome.stdout.splitlines() == [
        "27",
        f"made {2 * MIB}",
    ]  # file too large; written as far as allowed


def test_a_flood_of_files_is_ended(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        for number in range(10_000_000):
            open(f"/tmp/{number}", "x").close()
    """
    outcome = run_code(walled, tmp_path, code)
    assert outcome.limit is Limit.MEMORY


def test_a_flood_of_processes_is_ended(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import os, time
        for _ in range(40):
            if os.fork() == 0:
                time.sleep(30)
            time.sleep(0.02)
        time.sleep(30)
    """
    outcome = run_code(walled, tmp_path, code, limits=limits(processes=20))
    assert outcome.limit is Limit.PROCESSES


def test_a_flood_of_threads_is_ended(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import threading, time
        for _ in range(30):
            threading.Thread(target=time.sleep, args=(30,)).start()
    """
    outcome = run_code(walled, tmp_path, code, limits=limits(processes=20))
    assert outcome.limit is Limit.PROCESSES


def test_the_kernel_itself_stops_forks_above_the_limit(walled: Sandbox, tmp_path: Path) -> None:
    policy = load_policy()
    seldom = policy.wall.model_copy(update={"watch_hz": 0.01})
    changed = policy.model_copy(update={"wall": seldom})
    unwatched = BubblewrapSandbox(changed, warm=walled.name == "bubblewrap-warm")
    code = """
        import os, time
        made = 0
        try:
            while True:
                if os.fork() == 0:
                    time.sleep(1)
                    os._exit(0)
                made += 1
        except BlockingIOError:
            print(made, flush=True)
            os._exit(0)
    """
    outcome = run_code(unwatched, tmp_path, code, limits=limits(processes=20))
    assert 20 < int(outcome.stdout) < 40


def test_open_files_are_limited(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import os
        held = []
        try:
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        except OSError as error:
            print(error.errno, len(held))
    """
    outcome = run_code(walled, tmp_path, code, limits=limits(open_files=50))
    number, held = map(int, outcome.stdout.split())
    assert number == 24
    assert held < 50


def test_descriptors_are_limited_over_all_processes(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import os, time
        for _ in range(3):
            os.fork()
        held = [os.open("/dev/null", os.O_RDONLY) for _ in range(40)]
        time.sleep(30)
    """
    assert run_code(walled, tmp_path, code, limits=limits(descriptors=200)).limit is Limit.DESCRIPTORS


def test_a_process_that_lets_nobody_look_is_counted_too(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import ctypes, os, time
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
        for _ in range(3):
            os.fork()
        held = [os.open("/dev/null", os.O_RDONLY) for _ in range(40)]
        time.sleep(30)
    """
    assert run_code(walled, tmp_path, code, limits=limits(descriptors=200)).limit is Limit.DESCRIPTORS


def test_a_sockets_buffer_stays_as_large_as_it_is(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import socket
        one, _ = socket.socketpair()
        before = [one.getsockopt(socket.SOL_SOCKET, each) for each in (7, 8)]
        for option in (7, 8, 32, 33):
            one.setsockopt(socket.SOL_SOCKET, option, 1 << 22)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        print(before == [one.getsockopt(socket.SOL_SOCKET, each) for each in (7, 8)])
        print(one.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
    """
    assert run_code(walled, tmp_path, code).stdout.split() == ["True", "1"]


def test_limits_are_changed_of_the_caller_alone(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import resource
        resource.prlimit(0, resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        print(resource.getrlimit(resource.RLIMIT_NOFILE))
        try:
            resource.prlimit(1, resource.RLIMIT_CPU, (1, 1))
        except PermissionError:
            print("refused")
    """
    assert run_code(walled, tmp_path, code).stdout.splitlines() == ["(64, 64)", "refused"]


def test_output_floods_on_both_streams_are_one_flood(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import os
        while True:
            os.write(1, b"x" * 4096)
            os.write(2, b"y" * 4096)
    """
    outcome = run_code(walled, tmp_path, code, limits=limits(output_bytes=1 << 20))
    assert outcome.limit is Limit.OUTPUT
    assert len(outcome.stdout) + len(outcome.stderr) == 1 << 20


def test_the_wall_limit_holds_while_an_app_answers(walled: Sandbox, tmp_path: Path) -> None:
    with start(walled, make(tmp_path, "flask", limits=limits(wall_s=3))) as service:
        assert ask(service).status == 200
        time.sleep(3.5)
        assert not service.alive()
        assert not service.restart()
        assert service.kill().limit is Limit.WALL


def test_what_was_used_is_measured(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import time
        data = b"x" * (100 << 20)
        until = time.process_time() + 0.5
        while time.process_time() < until:
            pass
    """
    outcome = run_code(walled, tmp_path, code)
    assert 0.5 < outcome.cpu_s < 3
    assert 100 * MIB < outcome.peak_memory_bytes < 300 * MIB
    assert outcome.wall_s > 0.5
