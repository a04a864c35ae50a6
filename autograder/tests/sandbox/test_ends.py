"""Nothing of a job outlives it, and no job takes from its neighbour, behind a wall warm or cold."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pytest

from autograder.checks.expect import AppGone
from autograder.outcome import Limit
from autograder.sandbox import Job, Sandbox
from autograder.sandbox.relay import connect
from autograder.tests.sandbox.running import FLASK, ask, job, limits, make, run_code, start, write

DAEMON = """
    import os, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(3, 256):
                try:
                    os.close(number)
                except OSError:
                    pass
            while True:
                time.sleep(0.01)
                open("/tmp/still-here", "w").close()
        os._exit(0)
    os.wait()
    print("daemon is out", flush=True)
"""


def test_a_daemon_ends_with_its_box(walled: Sandbox, tmp_path: Path) -> None:
    for number in range(5):
        token = secrets.token_hex(8)
        (tmp_path / str(number)).mkdir()
        work = Job(
            files=tmp_path / str(number), limits=limits(), command=("-c", dedent(DAEMON) + f"# {token}")
        )
        assert walled.run(work).stdout == "daemon is out\n"
        assert _processes_with(token) == []


def test_a_daemon_does_not_hold_the_socket_of_a_dead_app(walled: Sandbox, tmp_path: Path) -> None:
    die = """
    @app.get("/die")
    def die():
        if os.fork() == 0:
            import time
            time.sleep(60)
        os._exit(4)
"""
    write(tmp_path, {"flask_app.py": FLASK + die})
    with start(walled, job(tmp_path, "flask")) as service:
        with pytest.raises(AppGone):
            ask(service, "/die")
        with pytest.raises(ConnectionError):
            connect(service.addresses[0])
        outcome = service.kill()
    assert outcome.exit_code == 4


def test_a_fork_bomb_leaves_a_neighbour_its_forks(walled: Sandbox, tmp_path: Path) -> None:
    bomb = write(tmp_path / "bomb", {"flask_app.py": FLASK + BOMB})
    forks = """
        import os
        for _ in range(10):
            if os.fork() == 0:
                os._exit(0)
            os.wait()
        print("forked")
    """
    roomy = limits(processes=60, cpu_s=60)
    with walled.serve(job(bomb, "flask", limits=roomy)) as service:
        service.wait_started()
        outcome = run_code(walled, tmp_path / "calm", forks)
        assert outcome.stdout == "forked\n", outcome
        ended = service.kill()
    assert ended.limit in {None, Limit.PROCESSES}
    with start(walled, make(tmp_path / "after", "flask")) as service:
        assert ask(service).status == 200


BOMB = """
    def bomb():
        while True:
            try:
                os.fork()
            except OSError:
                pass

    import threading
    threading.Timer(0.2, bomb).start()
"""


def test_a_fork_bomb_is_over_when_its_box_is(walled: Sandbox, tmp_path: Path) -> None:
    token = secrets.token_hex(8)
    code = (
        f"import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n# {token}"
    )
    outcome = walled.run(Job(files=tmp_path, limits=limits(), command=("-c", code)))
    assert outcome.limit in {Limit.PROCESSES, Limit.CPU}
    assert _processes_with(token) == []


def test_a_running_job_is_found_by_its_token(walled: Sandbox, tmp_path: Path) -> None:
    """The two tests above find nobody; so show that they could."""
    token = secrets.token_hex(8)
    work = Job(
        files=tmp_path, limits=limits(wall_s=2), command=("-c", f"import time; time.sleep(9) # {token}")
    )
    with ThreadPoolExecutor() as pool:
        job_run = pool.submit(walled.run, work)
        found = []
        while not job_run.done():
            found += _processes_with(token)
            time.sleep(0.05)
        assert job_run.result().limit is Limit.WALL
    assert found


def _processes_with(token: str) -> list[int]:
    """Processes on this machine whose command line holds the token."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if token.encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


IGNORES = """
    import signal, sys
    from pathlib import Path

    from autograder.sandbox.bubblewrap import BubblewrapSandbox
    from autograder.tests.sandbox.running import run_code

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # as a parent of the grader may have done
    code = "print(*[line.split()[1] for line in open('/proc/self/status') if 'SigIgn' in line])"
    print(run_code(BubblewrapSandbox(warm=sys.argv[1] == "warm"), Path(sys.argv[2]), code).stdout)
"""


def test_the_end_of_children_is_heard_of_whatever_the_graders_parent_ignored(
    walled: Sandbox, tmp_path: Path
) -> None:
    kind = "warm" if walled.name.endswith("warm") else "cold"
    command = [sys.executable, "-c", dedent(IGNORES), kind, str(tmp_path)]
    ignored = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert int(ignored, 16) >> (signal.SIGCHLD - 1) & 1 == 0
