"""What both sandboxes promise of a command that is run once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.outcome import Limit
from autograder.sandbox import Sandbox, Service
from autograder.sandbox.plain import PlainSandbox
from autograder.tests.sandbox.running import ask, limits, make, run_code


def test_a_command_is_run_to_its_end(sandbox: Sandbox, tmp_path: Path) -> None:
    outcome = run_code(
        sandbox, tmp_path, "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(5)\n"
    )
    assert (outcome.entered, outcome.exit_code, outcome.signal, outcome.limit) == (True, 5, None, None)
    assert (outcome.stdout, outcome.stderr) == ("out\n", "err\n")


def test_a_command_finds_the_frameworks_and_pytest(sandbox: Sandbox, tmp_path: Path) -> None:
    outcome = run_code(sandbox, tmp_path, "import fastapi, flask, pytest\nprint('found')\n")
    assert outcome.stdout == "found\n", outcome.stderr


def test_result_files_come_back_capped(sandbox: Sandbox, tmp_path: Path) -> None:
    code = "import os\nos.mkdir('d')\nopen('a', 'w').write('x' * 100)\nopen('d/b', 'w').write('y')\n"
    outcome = run_code(sandbox, tmp_path, code, results={"a": 10, "d/b": 10, "missing": 10})
    assert outcome.results == {"a": b"x" * 10, "d/b": b"y"}


def test_a_large_result_file_comes_back_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    code = "open('a', 'wb').write(bytes(range(256)) * 20_000)\n"
    outcome = run_code(sandbox, tmp_path, code, results={"a": 1 << 23})
    assert outcome.results["a"] == bytes(range(256)) * 20_000


@pytest.mark.parametrize(
    "trick",
    [
        "os.mkfifo('a')",
        "os.mkdir('a')",
        "os.symlink('/etc/hostname', 'a')",
        "os.symlink('/proc/self/environ', 'a')",
        "os.symlink('script.py', 'a')",
    ],
)
def test_what_is_no_plain_file_is_no_result(sandbox: Sandbox, tmp_path: Path, trick: str) -> None:
    outcome = run_code(sandbox, tmp_path, f"import os\n{trick}\n", results={"a": 100})
    assert outcome.exit_code == 0, outcome.stderr
    assert outcome.results == {}


def test_a_result_behind_a_linked_folder_is_none(sandbox: Sandbox, tmp_path: Path) -> None:
    outcome = run_code(sandbox, tmp_path, "import os\nos.symlink('/etc', 'd')\n", results={"d/passwd": 100})
    assert outcome.results == {}


def test_a_signal_is_told_apart_from_an_exit(sandbox: Sandbox, tmp_path: Path) -> None:
    outcome = run_code(sandbox, tmp_path, "import ctypes\nctypes.string_at(0)\n")
    assert (outcome.exit_code, outcome.signal, outcome.limit) == (None, 11, None)


def test_output_over_the_cap_ends_the_job(sandbox: Sandbox, tmp_path: Path) -> None:
    code = "while True:\n    print('x' * 1000)\n"
    outcome = run_code(sandbox, tmp_path, code, limits=limits(output_bytes=100_000))
    assert (outcome.limit, outcome.exit_code) == (Limit.OUTPUT, None)
    assert len(outcome.stdout) == 100_000


def test_output_that_is_no_utf8_is_readable(sandbox: Sandbox, tmp_path: Path) -> None:
    outcome = run_code(sandbox, tmp_path, "import os\nos.write(1, b'a\\xffb')\n")
    assert outcome.stdout == "a\ufffdb"


def test_without_a_wall_the_ends_of_lines_are_told_alike_on_every_system(tmp_path: Path) -> None:
    outcome = run_code(PlainSandbox(), tmp_path, "import os\nos.write(2, b'a\\r\\nb\\n')\n")
    assert outcome.stderr == "a\nb\n"


def test_a_command_that_does_not_end_runs_into_the_wall(sandbox: Sandbox, tmp_path: Path) -> None:
    code = "import time\nprint('begun')\ntime.sleep(100)\n"
    outcome = run_code(sandbox, tmp_path, code, limits=limits(wall_s=1))
    assert (outcome.limit, outcome.stdout) == (Limit.WALL, "begun\n")
    assert 1 <= outcome.wall_s < 10


def test_the_submission_itself_is_not_changed(sandbox: Sandbox, tmp_path: Path) -> None:
    run_code(sandbox, tmp_path, "open('script.py', 'w').write('gone')\nopen('new', 'w')\n")
    assert [each.name for each in tmp_path.iterdir()] == ["script.py"]
    assert "gone" in (tmp_path / "script.py").read_text()
    assert "open(" in (tmp_path / "script.py").read_text()


def test_many_jobs_at_once_all_end_as_they_should(sandbox: Sandbox, tmp_path: Path) -> None:
    def end_of(number: int) -> tuple[int | None, Limit | None, int | None, int]:
        # More than a pipe holds: the grader has to read while the job runs.
        code = f"print('x' * 70_000)\nraise SystemExit({number})\n"
        outcome = run_code(sandbox, tmp_path / str(number), code)
        return outcome.exit_code, outcome.limit, outcome.signal, len(outcome.stdout)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(end_of, range(24))) == [(each, None, None, 70_001) for each in range(24)]


def test_a_thread_that_ends_does_not_end_what_it_started(sandbox: Sandbox, tmp_path: Path) -> None:
    """The kernel ends a box with the thread that started it, which must not be the caller's."""
    services: list[Service] = []
    starter = threading.Thread(target=lambda: services.append(sandbox.serve(make(tmp_path, "flask"))))
    starter.start()
    starter.join()
    with services[0] as service:
        assert service.wait_started(), service.kill()
        assert ask(service).status == 200
