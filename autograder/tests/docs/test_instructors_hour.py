"""Every command of the instructor's first hour, run in its order in a clean copy of the course."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "autograder" / "README.md"
APART = (".git", ".venv", "build", ".course", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache")

NOBODY = ("-c", "user.name=Nobody", "-c", "user.email=nobody@localhost")


def commands() -> list[str]:
    """The guide's boxes of shell commands, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def test_the_guide_has_commands_for_each_step() -> None:
    text = "\n".join(commands())
    for command in (
        "pip install",
        "course build",
        "nbgrader generate_assignment",
        "pip wheel",
        "course autograde",
        "nbgrader generate_feedback",
        "nbgrader export",
        "course grade",
        "course release",
    ):
        assert command in text


@pytest.mark.slow
def test_every_command_of_the_guide_works_on_a_new_machine(tmp_path: Path) -> None:
    course = tmp_path / "a clean copy"
    shutil.copytree(ROOT, course, ignore=shutil.ignore_patterns(*APART))
    for words in (("init", "-q"), ("add", "."), (*NOBODY, "commit", "-qm", "the course")):
        subprocess.run(["git", *words], cwd=course, check=True)
    script = "set -euo pipefail\n" + "\n".join(commands())
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    ran = subprocess.run(
        ["bash", "-c", script], cwd=course, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    page = (course / "build/feedback/ada/routing/routing.html").read_text("utf-8")
    assert "of 40 points" in page
    grades = (course / "build/grades.csv").read_text("utf-8")
    assert "ada" in grades
    assert "graded" in grades
    assert (course / "reports.jsonl").read_text("utf-8").count("\n") == 1
    assert (course / "report.xml").is_file()
    assert len(list((course / "dist").glob("fastapi_vs_flask-*.whl"))) == 1
    left = subprocess.run(["git", "status", "--porcelain"], cwd=course, capture_output=True, check=True)
    assert left.stdout == b""
    assert (tmp_path / "student-edition/exercises/routing/README.md").is_file()
