"""The topic `databases`: its solutions keep the contract on the other kind of database, too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.collect import collect_one
from autograder.devcheck.check import as_ready
from autograder.evaluate import Grader
from autograder.kinds.database import VARIABLE
from autograder.tests.postgres import programs, server_url
from autograder.tests.sandbox.running import open_sandbox
from autograder.verdict import Verdict

COURSE = Path(__file__).resolve().parents[2]
PROGRAMS = programs()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if PROGRAMS is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with server_url(PROGRAMS) as url:
        yield url


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["flask", "fastapi"])
def test_the_solutions_get_full_marks_on_postgresql(
    framework: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, server)
    catalog = as_ready(load(COURSE), ["databases"])
    source = tmp_path / "source"
    source.mkdir()
    name = f"{framework}_app.py"
    shutil.copyfile(catalog.places("databases").solution / name, source / name)
    submission = collect_one(
        source, student="ada", topic=catalog.topic("databases"), destination=tmp_path / "inbox"
    )
    sandbox = next(open_sandbox("bubblewrap"))
    with Grader(catalog, sandbox=sandbox, seed=lambda _: "5eed") as grader:
        part = grader.grade(submission, [framework]).parts[0]
    assert part.verdict is Verdict.PASSED, [
        each for each in part.checks if each.verdict is not Verdict.PASSED
    ]
    assert part.points == part.max_points
