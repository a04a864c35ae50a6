"""What the tests of judging share: a toy course, the wall, a grader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import open_sandbox
from autograder.tests.toycourse import Toy

__all__: list[str] = []


@pytest.fixture(scope="session")
def wall() -> Iterator[Sandbox]:
    yield from open_sandbox("bubblewrap")


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)
