"""Every conformance test runs in all sandboxes, every test of a wall behind both kinds of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import open_sandbox

__all__: list[str] = []


@pytest.fixture(scope="session", params=["warm", "cold", "plain"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    yield from open_sandbox(request.param)


@pytest.fixture(scope="session", params=["warm", "cold"])
def walled(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    yield from open_sandbox(request.param)


@pytest.fixture(params=["flask", "fastapi"])
def framework(request: pytest.FixtureRequest) -> str:
    return str(request.param)
