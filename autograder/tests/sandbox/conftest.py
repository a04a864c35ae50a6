"""Every conformance test runs in both sandboxes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import open_sandbox

__all__: list[str] = []


@pytest.fixture(scope="session", params=["bubblewrap", "plain"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    yield from open_sandbox(request.param)


@pytest.fixture(scope="session")
def walled() -> Iterator[Sandbox]:
    yield from open_sandbox("bubblewrap")


@pytest.fixture(params=["flask", "fastapi"])
def framework(request: pytest.FixtureRequest) -> str:
    return str(request.param)
