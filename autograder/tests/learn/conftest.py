"""A learner's machine: a course of their own, and a folder for what is kept of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.tests.learn.learning import Learner
from autograder.tests.toycourse import copy_toy

__all__: list[str] = []


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where progress is kept; it does not exist yet."""
    folder = tmp_path / "kept data"
    monkeypatch.setenv("COURSE_DATA", str(folder))
    return folder


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A copy of the toy course, in a folder with a space in its name."""
    return copy_toy(tmp_path / "toy course")


@pytest.fixture
def learner(toy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Learner:
    """Somebody who begins."""
    return Learner(toy, monkeypatch, capsys)
