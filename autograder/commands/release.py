"""`course release`: the student edition."""

from __future__ import annotations

from pathlib import Path

from autograder.catalog import load
from autograder.release import release
from autograder.report.screen import Screen

__all__ = ["run"]


def run(course: Path | None, folder: Path) -> int:
    """Write the student edition to ``folder``. Returns 0; raises ReleaseRefused on a leak."""
    written = release(load(course), folder)
    Screen().print(f"Student edition: {len(written)} files in {folder}", highlight=False)
    return 0
