"""What the authors' and instructors' commands need: the author edition of a course."""

from __future__ import annotations

from pathlib import Path

from autograder.catalog import Catalog, load
from autograder.errors import UsageError

__all__ = ["author_course"]


def author_course(course: Path | None) -> Catalog:
    """The course.

    Raises:
        UsageError: there is none, or it is a student edition, which holds neither checks nor solutions.
    """
    catalog = load(course)
    if catalog.course.edition != "author":
        raise UsageError(
            "This command is for authors and instructors. A student edition holds neither hidden checks nor "
            "solutions, so there is nothing for it to work on.",
            where=str(catalog.file),
            remedy="Run it in the author edition, or name that with --course. "
            "`course --help` lists the commands for learners.",
        )
    return catalog
