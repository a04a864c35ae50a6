"""`course bench start` measures every way to start an app, of every framework."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.bench.start import KINDS, bench_start
from autograder.catalog import load
from autograder.frameworks import FRAMEWORKS
from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import open_sandbox

COURSE = Path(autograder.__file__).resolve().parents[1]


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[Sandbox]:
    yield from open_sandbox("warm")


@pytest.mark.slow
def test_every_way_of_every_framework_is_measured() -> None:
    figures = bench_start(load(COURSE), starts=2, jobs=2)
    assert [(each.framework, each.kind) for each in figures] == [
        (framework, kind) for framework in FRAMEWORKS for kind in KINDS
    ]
    for each in figures:
        assert 0 < each.quarter_ms <= each.first_ms <= each.three_quarters_ms
        assert each.cpu_ms > 0
        assert each.per_second > 0


@pytest.mark.slow
def test_the_figures_come_as_json() -> None:
    command = [sys.executable, "-m", "autograder", "bench", "start", "--starts", "2", "--json"]
    ran = subprocess.run(command, cwd=COURSE, capture_output=True, text=True, check=True)
    assert {each["kind"] for each in json.loads(ran.stdout)} == set(KINDS)
