"""No file that a submission can read holds a line of a hidden check or of a solution."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import autograder
from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import run_code

PROJECT = Path(autograder.__file__).resolve().parents[1]
OTHER = os.environ.get("COURSE_OTHER_PYTHON")
"""An interpreter of another environment, with the package installed from its wheel."""
PYTHONS = [sys.executable, *([OTHER] if OTHER else [])]


def search(python: str, lines: Iterable[str], folder: Path) -> dict[str, Any]:
    listed = folder / "lines of the course.txt"
    listed.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    script = Path(__file__).with_name("visible.py")
    run = subprocess.run(
        [python, script, listed], capture_output=True, text=True, check=True, cwd=folder, timeout=900
    )
    found: dict[str, Any] = json.loads(run.stdout)
    assert "failed" not in found, found
    assert found["seen"] > 1000
    return found


COMMON = ("from ", "import ", "def ", "async def ", "class ", "except ", "@")
MOST_BY_CHANCE = 2
"""How lines begin that any program may hold; another one or two a library may have in common with us."""


def secret_lines() -> set[str]:
    """Lines of hidden checks and solutions that are nowhere in the public trees."""
    engine = (each for each in (PROJECT / "autograder").iterdir() if each.name not in {"hidden", "tests"})
    public = _lines(PROJECT / "exercises", PROJECT / "lessons", *(each for each in engine if each.is_dir()))
    secret = _lines(PROJECT / "autograder" / "hidden", PROJECT / "solutions")
    return {line for line in secret - public if not line.startswith(COMMON)}


def _lines(*trees: Path) -> set[str]:
    files = (path for tree in trees for path in tree.rglob("*") if path.suffix in {".py", ".md", ".toml"})
    texts = (path.read_text(encoding="utf-8") for path in files if path.is_file())
    # Shorter ones, such as `if not isinstance(value, dict):`, any program may hold.
    return {line.strip() for text in texts for line in text.splitlines() if len(line.strip()) > 60}


@pytest.mark.slow
@pytest.mark.usefixtures("walled")
@pytest.mark.parametrize("python", PYTHONS)
def test_no_line_of_a_hidden_check_or_solution_can_be_read(python: str, tmp_path: Path) -> None:
    lines = secret_lines()
    assert lines
    found = search(python, lines, tmp_path)
    in_one_file = Counter(path for path, _ in {(path, line.strip()) for path, line in found["hits"]})
    assert {path: count for path, count in in_one_file.items() if count > MOST_BY_CHANCE} == {}
    assert found["names"] == []


@pytest.mark.slow
@pytest.mark.usefixtures("walled")
@pytest.mark.parametrize("python", PYTHONS)
def test_the_search_finds_a_line_that_can_be_read(python: str, tmp_path: Path) -> None:
    flask = Path(inspect.getfile(Flask)).read_text().splitlines()
    lines = [line.strip() for line in flask if len(line.strip()) > 60][:20]
    assert search(python, lines, tmp_path)["hits"]


def test_the_project_is_not_there_and_cannot_be_imported(walled: Sandbox, tmp_path: Path) -> None:
    code = f"""
        import importlib.util, os
        print(os.path.exists({str(PROJECT / "autograder")!r}))
        print(getattr(importlib.util.find_spec("autograder"), "origin", None))
    """
    assert run_code(walled, tmp_path, code).stdout.split() == ["False", "None"]
