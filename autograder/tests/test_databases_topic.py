"""The topic `databases`: its solutions, and all else that gets full marks, do so on PostgreSQL, too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.collect import collect_one
from autograder.devcheck.authored import App, Role, authored_apps
from autograder.devcheck.check import as_ready
from autograder.evaluate import Grader
from autograder.kinds.database import VARIABLE
from autograder.sandbox import Sandbox
from autograder.sandbox.postgres import programs
from autograder.tests.sandbox.running import open_sandbox
from autograder.verdict import Verdict

COURSE = Path(__file__).resolve().parents[2]
CATALOG = as_ready(load(COURSE), ["databases"])
TOPIC = CATALOG.topic("databases")
APPS = [app for app in authored_apps(CATALOG, TOPIC) if app.role in {Role.SOLUTION, Role.RIGHT}]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    yield from open_sandbox("bubblewrap")


def named(app: App) -> str:
    return f"{app.role}-{app.path.name.removesuffix('.py')}"


@pytest.mark.slow
@pytest.mark.parametrize("app", APPS, ids=named)
def test_what_is_right_gets_full_marks_on_postgresql(
    app: App, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    monkeypatch.setenv(VARIABLE, "postgresql://")
    for placed, file in app.files:
        target = tmp_path / "source" / placed
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    submission = collect_one(tmp_path / "source", student="ada", topic=TOPIC, destination=tmp_path / "inbox")
    with Grader(CATALOG, sandbox=sandbox, seed=lambda _: "5eed") as grader:
        part = grader.grade(submission, [app.part.name]).parts[0]
    missed = [each for each in part.checks if each.verdict is not Verdict.PASSED]
    assert part.verdict is Verdict.PASSED, missed
    assert part.points == part.max_points


def test_both_frameworks_have_a_solution_and_several_right_apps() -> None:
    for framework in CATALOG.course.frameworks:
        roles = [app.role for app in APPS if app.part.framework == framework]
        assert roles.count(Role.SOLUTION) == 1
        assert roles.count(Role.RIGHT) >= 3
