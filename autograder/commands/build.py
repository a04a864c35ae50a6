"""`course build`: the folder that nbgrader works in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.commands.authoring import author_course
from autograder.nb.build import build_course
from autograder.report.screen import Screen

__all__ = ["run"]


def run(course: Path | None, folder: Path, topics: Sequence[str] | None) -> int:
    """Assemble the folder and say what to do next. Returns 0."""
    names = build_course(author_course(course), folder, topics or None)
    console = Screen(highlight=False, soft_wrap=True)
    console.print(f"Built {', '.join(names)} in {folder}\n\nNext, in that folder:")
    for name in names:
        console.print(f"  nbgrader generate_assignment {name}")
    return 0
