"""Where the course is: the nearest folder upwards that holds course.toml, or topic.toml of one topic."""

from __future__ import annotations

from pathlib import Path

from autograder.catalog.owner import hold_trusted
from autograder.errors import UsageError

__all__ = ["COURSE_FILE", "TOPIC_FILE", "course_file", "find_root"]

COURSE_FILE = "course.toml"
TOPIC_FILE = "topic.toml"
"""Written by `course build` into the folder that is handed out, so that it can be checked by itself."""


def find_root(start: Path | None = None) -> Path:
    """The course's root, from any folder in it.

    Args:
        start: where to look first; the working directory when not given.

    Raises:
        UsageError: no folder from ``start`` upwards holds course.toml or topic.toml.
        ForeignCourse: the nearest that does belongs to another user; no folder above it is tried.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        file = course_file(folder)
        if file.is_file():
            hold_trusted(folder, file, is_exercise=file.name == TOPIC_FILE)
            return folder
    raise UsageError(
        f"There is no {COURSE_FILE} here or in any folder above, and no {TOPIC_FILE} of a single topic.",
        where=str(here),
        remedy=f"Change into the course's folder or name it with --course. If a single topic was handed out "
        f"to you, get its folder again: it holds {TOPIC_FILE}.",
    )


def course_file(folder: Path) -> Path:
    """The file that describes the course in this folder; it may not exist."""
    alone = folder / TOPIC_FILE
    return alone if alone.is_file() and not (folder / COURSE_FILE).is_file() else folder / COURSE_FILE
