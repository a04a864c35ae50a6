"""Hostile hand-ins are tried on a living grader behind the wall; without a wall there is nothing to try."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.attackrun.engine import Engine
from autograder.attackrun.ground import open_ground
from autograder.attackrun.suite import usual
from autograder.attackrun.target import Target
from autograder.errors import SandboxUnavailable
from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import open_sandbox

__all__: list[str] = []

# What is handed in is data: some of it is named as checks are, or as what pytest itself would read.
collect_ignore_glob = ["submissions/*", "course/*"]


@pytest.fixture(scope="session")
def walled() -> Iterator[Sandbox]:
    yield from open_sandbox("bubblewrap")


@pytest.fixture(scope="session", params=["usual"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A grader under attack, in the sandbox that grading uses here or in the one named."""
    with open_ground() as ground:
        try:
            target = Target(ground, usual() if request.param == "usual" else request.param)
        except SandboxUnavailable as error:
            pytest.skip(str(error))
        with target:
            yield Engine(ground, target)
