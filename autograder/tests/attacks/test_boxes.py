"""What no hand-in of the attack suite can show: claims about a single job of the sandbox."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import limits, run_code


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


def test_a_sparse_giant_is_read_as_far_as_the_cap(walled: Sandbox, tmp_path: Path) -> None:
    code = "open('a', 'wb').truncate(1 << 30)\n"
    outcome = run_code(walled, tmp_path, code, results={"a": 1000}, limits=limits(file_bytes=1 << 31))
    assert outcome.results == {"a": bytes(1000)}


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


CHAIN = "for n in range(1500):\n    os.symlink(f'l{n + 1}', f'l{n}')\n"
LEFT = {
    "a chain of links in the place of a folder": CHAIN + "os.symlink('l0', 'a')",
    "a chain of links in the place of a file": CHAIN + "os.mkdir('a')\nos.symlink('../l0', 'a/b')",
    "a link to itself": "os.symlink('a', 'a')",
    "a link to a folder": "os.mkdir('real')\nopen('real/b', 'w').write('x')\nos.symlink('real', 'a')",
    "a link out of the home": "os.symlink('/', 'a')",
    "a file in the place of a folder": "open('a', 'w')",
    "a folder in the place of a file": "os.makedirs('a/b')",
    "a pipe that nobody writes to": "os.mkdir('a')\nos.mkfifo('a/b')",
    "a socket": "import socket\nos.mkdir('a')\nsocket.socket(socket.AF_UNIX).bind('a/b')",
    "a closed folder": "os.mkdir('a')\nopen('a/b', 'w')\nos.chmod('a', 0)",
    "a closed file": "os.mkdir('a')\nopen('a/b', 'w')\nos.chmod('a/b', 0)",
    "no home": "os.mkdir('a')\nos.rename('a', 'c')",
    "folders in folders": "for _ in range(3000):\n    os.mkdir('a')\n    os.chdir('a')",
    "orphans that go on forking": """
for _ in range(8):
    if os.fork() == 0:
        os.setsid()
        while True:
            if os.fork():
                os._exit(0)""",
}


@pytest.mark.parametrize("left", LEFT)
def test_nothing_that_is_left_behind_ends_pid_one(walled: Sandbox, tmp_path: Path, left: str) -> None:
    outcome = run_code(walled, tmp_path, f"import os\n{LEFT[left]}\nos._exit(7)\n", results={"a/b": 10})
    assert (outcome.exit_code, outcome.results) == (7, {}), outcome
