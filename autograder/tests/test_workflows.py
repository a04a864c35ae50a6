"""The workflows for the three systems: they run what there is, and elsewhere than on Linux only what can."""

from __future__ import annotations

import ast
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import autograder

COURSE = Path(autograder.__file__).parents[1]
WORKFLOWS = sorted((COURSE / ".github/workflows").glob("*.yml"))
POSIX_ALONE = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}
NAMED = {"autograder", "sidebyside", "pyyaml"}


def workflow() -> Any:
    (path,) = WORKFLOWS
    return yaml.safe_load(path.read_text("utf-8"))


def steps(job: str) -> list[str]:
    return [step["run"] for step in workflow()["jobs"][job]["steps"] if "run" in step]


def portable() -> list[Path]:
    """The test files that macOS and Windows run."""
    (tests,) = [run for run in steps("learner") if "pytest -q" in run]
    words = shlex.split(tests)
    paths = [COURSE / word for word in words if word.startswith("autograder/")]
    left_out = [COURSE / word.removeprefix("--ignore=") for word in words if word.startswith("--ignore=")]
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.glob("*.py")))]
    assert set(left_out) <= set(files)
    return [file for file in files if file not in left_out]


def test_it_is_yaml_with_a_job_for_each_system() -> None:
    jobs = workflow()["jobs"]
    assert jobs["linux"]["runs-on"] == "ubuntu-latest"
    assert jobs["learner"]["strategy"]["matrix"]["os"] == ["macos-latest", "windows-latest"]
    assert all(job["timeout-minutes"] for job in jobs.values())


def test_linux_runs_what_a_clean_checkout_must_pass() -> None:
    assert any(run.endswith(".ci/run") for run in steps("linux"))
    assert (COURSE / ".ci/run").is_file()


def test_no_action_gets_more_than_it_needs() -> None:
    assert workflow()["permissions"] == {"contents": "read"}
    uses = [step["uses"] for job in workflow()["jobs"].values() for step in job["steps"] if "uses" in step]
    assert {use.partition("@")[0] for use in uses} == {"actions/checkout", "actions/setup-python"}


def test_the_files_and_packages_it_names_are_there() -> None:
    assert len(portable()) > 15
    assert all(file.is_file() for file in portable())
    (install,) = [run for run in steps("learner") if "pip install" in run]
    pinned = (COURSE / "constraints.txt").read_text("utf-8")
    for name in installed_beside():
        assert name in install
        assert f"\n{name}==" in pinned


def installed_beside() -> set[str]:
    return {"hypothesis", "jsonschema", "pyte"}


def learners_packages() -> set[str]:
    """What is installed for a learner: top-level modules, as far as their names say it."""
    project = tomllib.loads((COURSE / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[><=;\[ ]", line)[0] for line in project["dependencies"]}
    return {name.replace("-", "_") for name in names} | {"yaml", "starlette", "werkzeug", "typing_extensions"}


def imported(file: Path) -> Iterator[str]:
    """Top-level names that the file imports when it is imported itself, on any system."""
    for node in ast.parse(file.read_bytes()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("file", portable(), ids=lambda file: file.name)
def test_what_other_systems_run_needs_nothing_that_they_lack(file: Path) -> None:
    names = set(imported(file))
    assert not names & POSIX_ALONE
    known = set(sys.stdlib_module_names) | NAMED | learners_packages() | installed_beside()
    assert names <= known


def test_a_module_that_only_posix_has_would_be_found(tmp_path: Path) -> None:
    planted = tmp_path / "test_planted.py"
    planted.write_text("import termios\nif True:\n    import pty\n")
    assert set(imported(planted)) & POSIX_ALONE == {"termios"}
