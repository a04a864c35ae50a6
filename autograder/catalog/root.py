"""Where the course is: the nearest folder upwards that holds course.toml."""

from __future__ import annotations

from pathlib import Path

from autograder.errors import UsageError

__all__ = ["COURSE_FILE", "find_root"]

COURSE_FILE = "course.toml"


def find_root(start: Path | None = None) -> Path:
    """The course's root, from any folder in it.

    Args:
        start: where to look first; the working directory when not given.

    Raises:
        UsageError: no folder from ``start`` upwards holds course.toml.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / COURSE_FILE).is_file():
            return folder
    raise UsageError(
        f"There is no {COURSE_FILE} here or in any folder above.",
        where=str(here),
        remedy="Change into the course's folder, or name it with --course.",
    )
