"""What a student edition gives VS Code: every task is a command that there is, every app can be served."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from autograder.cli.main import exit_code
from autograder.release.editor import EDITOR, editor_files
from autograder.tests.toycourse import copy_toy

PYTHON = "${command:python.interpreterPath}"


@pytest.fixture
def student(tmp_path: Path) -> Path:
    """A course with the files that a release has for the editor."""
    folder = copy_toy(tmp_path / "for students")
    (folder / EDITOR).mkdir()
    for path, data in editor_files(["flask", "fastapi"]).items():
        (folder / path).write_bytes(data)
    return folder


def read(student: Path, name: str) -> Any:
    return json.loads((student / EDITOR / name).read_text("utf-8"))


def filled(words: list[str]) -> list[str]:
    values = {"${fileDirnameBasename}": "greeting", PYTHON: sys.executable}
    return [values.get(word, word) for word in words]


def test_every_task_is_a_command_of_the_course(
    student: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(student)
    tasks = read(student, "tasks.json")["tasks"]
    assert len({task["label"] for task in tasks}) == len(tasks)
    for task in tasks:
        command, module, name, *words = filled([task["command"], *task["args"]])
        assert (command, module, name) == (sys.executable, "-m", "autograder")
        assert exit_code([*words, "--help"]) == 0
        assert f" {words[0]} [OPTIONS]" in capsys.readouterr().out


def test_the_test_task_checks_the_topic_of_the_open_file(student: Path) -> None:
    (task,) = [task for task in read(student, "tasks.json")["tasks"] if "group" in task]
    ran = subprocess.run(
        filled([task["command"], *task["args"]]),
        cwd=student,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    assert "not begun" in ran.stdout


@pytest.mark.parametrize("name", ["Flask", "FastAPI"])
def test_each_app_is_served_as_the_launch_file_says(student: Path, name: str) -> None:
    (found,) = [
        each for each in read(student, "launch.json")["configurations"] if each["name"].startswith(f"{name}:")
    ]
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    words = [str(port) if word == "0" else word for word in found["args"]]
    command = [sys.executable, "-m", found["module"], *words]
    with subprocess.Popen(command, cwd=student / "exercises/greeting", stderr=subprocess.PIPE) as server:
        try:
            assert answered(port) == 404
        finally:
            server.kill()


def answered(port: int) -> int:
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/none") as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)
