"""Attacks are tried on walls alone, warm and cold: without one there is nothing to hold them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import open_sandbox

__all__: list[str] = []


@pytest.fixture(scope="session", params=["warm", "cold"])
def walled(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    yield from open_sandbox(request.param)
