"""Attacks that try to speak in the supervisor's name, or to hide in what it reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.checks.expect import AppGone
from autograder.outcome import Limit
from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import FLASK, ask, job, limits, run_code, start, write

LOOK = """
    @app.get("/look")
    def look():
        found = {"own": sorted(int(n) for n in os.listdir("/proc/self/fd"))}
        paths = [f"/proc/self/fd/{n}" for n in found["own"]]
        found["links"] = [os.readlink(path) for path in paths if os.path.lexists(path)]
        for what, act in {
            "list": lambda: os.listdir("/proc/1/fd"),
            "open": lambda: os.open("/proc/1/fd/2", os.O_WRONLY),
            "memory": lambda: open("/proc/1/mem", "rb"),
            "environment": lambda: open("/proc/1/environ", "rb").read(),
            "maps": lambda: open("/proc/1/maps", "rb").read(),
            "root": lambda: os.listdir("/proc/1/root"),
            "cwd": lambda: os.readlink("/proc/1/cwd"),
        }.items():
            try:
                found[what] = repr(act())
            except OSError as error:
                found[what] = type(error).__name__
        return found
"""


def test_pid_one_is_closed_to_the_app(walled: Sandbox, tmp_path: Path) -> None:
    write(tmp_path, {"flask_app.py": FLASK + LOOK})
    with start(walled, job(tmp_path, "flask")) as service:
        found = ask(service, "/look").json()
    assert isinstance(found, dict)
    own, links = found.pop("own"), found.pop("links")
    assert set(found.values()) == {"PermissionError"}, found
    assert own[:3] == [0, 1, 2]
    kinds = [link.partition(":")[0] for link in links]
    # Its listener and the request's own connection; no third socket leads to the grader.
    assert kinds.count("socket") <= 2, links
    assert kinds.count("pipe") == 2, links


@pytest.mark.parametrize("number", [1, 2, 9, 10, 12, 15, 17, 19, 20, 24])
def test_no_signal_from_inside_ends_or_stops_pid_one(walled: Sandbox, tmp_path: Path, number: int) -> None:
    code = f"""
        import os, time
        for _ in range(20):
            try:
                os.kill(1, {number})
            except PermissionError:
                pass
        time.sleep(0.3)
        print("alone" if os.getppid() != 1 else "here", open("/proc/1/stat").read().split()[2])
    """
    outcome = run_code(walled, tmp_path, code)
    assert (outcome.exit_code, outcome.limit) == (0, None), outcome
    assert outcome.stdout.split()[0] == "here"
    assert outcome.stdout.split()[1] in {"S", "R"}


def test_lines_that_look_like_status_are_only_output(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import json, os
        lines = [{"is": "started"}, {"is": "exited", "code": 0, "results": {"a": "eA=="}}, {"is": "entered"}]
        forged = "".join(json.dumps(line) + "\\n" for line in lines).encode()
        for number in range(256):
            try:
                os.write(number, forged)
            except OSError:
                pass
        os._exit(7)
    """
    outcome = run_code(walled, tmp_path, code, results={"a": 10})
    assert (outcome.exit_code, outcome.results) == (7, {})
    assert len(outcome.stdout.splitlines()) == 3
    assert json.loads(outcome.stdout.splitlines()[0]) == {"is": "started"}


def test_a_start_that_was_only_claimed_is_no_service(walled: Sandbox, tmp_path: Path) -> None:
    """The app's process may say that it started, and nothing more: then nobody answers."""
    write(
        tmp_path,
        {
            "flask_app.py": """
                import os, time
                for number in range(3, 256):
                    try:
                        os.write(number, b"1")
                    except OSError:
                        pass
                time.sleep(0.5)
                os._exit(0)
            """
        },
    )
    with walled.serve(job(tmp_path, "flask")) as service:
        service.wait_started()
        with pytest.raises(AppGone):
            ask(service)
        assert not service.alive()


def test_results_cannot_be_raced_after_the_end(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import os, time
        if os.fork() == 0:
            while True:
                with open("a", "w") as file:
                    file.write("forged")
        open("a", "w").write("x")
        time.sleep(0.1)
        os._exit(0)
    """
    outcome = run_code(walled, tmp_path, code, results={"a": 100})
    assert (outcome.exit_code, outcome.limit) == (0, None)
    assert outcome.results["a"] in {b"", b"x", b"forged"}  # its own file, read once nobody wrote any more


def test_a_sparse_giant_is_read_as_far_as_the_cap(walled: Sandbox, tmp_path: Path) -> None:
    code = "open('a', 'wb').truncate(1 << 30)\n"
    outcome = run_code(walled, tmp_path, code, results={"a": 1000}, limits=limits(file_bytes=1 << 31))
    assert outcome.results == {"a": bytes(1000)}


def test_writing_to_a_full_pipe_cannot_stop_the_grader(walled: Sandbox, tmp_path: Path) -> None:
    code = """
        import fcntl, os
        fcntl.fcntl(1, 1031, 1 << 20)
        os.set_blocking(1, False)
        while True:
            try:
                os.write(1, b"x" * 65536)
            except BlockingIOError:
                pass
    """
    outcome = run_code(walled, tmp_path, code, limits=limits(output_bytes=1 << 20))
    assert outcome.limit is Limit.OUTPUT


def test_the_socket_cannot_be_swapped(walled: Sandbox, tmp_path: Path) -> None:
    """The grader's folder with the socket's name is not in the box, so no link can take its place."""
    find = """
    @app.get("/find")
    def find():
        hits = []
        for folder, folders, files in os.walk("/"):
            if folder.startswith(("/proc", "/usr", "/opt")):
                folders.clear()
            paths = [os.path.join(folder, name) for name in files]
            hits += [path for path in paths if os.lstat(path).st_mode & 0o170000 == 0o140000]
        return hits
"""
    write(tmp_path, {"flask_app.py": FLASK + find})
    with start(walled, job(tmp_path, "flask")) as service:
        assert ask(service, "/find").json() == []
