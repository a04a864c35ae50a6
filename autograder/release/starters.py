"""Which files of a release stand in it a second time: what learners hand in, as it is handed out to them."""

from __future__ import annotations

from pathlib import PurePosixPath

from autograder.catalog import Catalog
from autograder.release.claims import file_or_package, matches

__all__ = ["STARTERS", "starter_copies"]

STARTERS = ".starters"
"""The folder of a release in which the starters stand a second time, by topic."""


def starter_copies(catalog: Catalog, files: dict[PurePosixPath, bytes]) -> dict[PurePosixPath, bytes]:
    """What learners hand in, once more: for `course reset`, and to tell whether work has begun."""
    patterns = {
        topic.name: [each for part in topic.part for each in file_or_package(part.files)]
        for topic in catalog.ready
    }
    return {
        PurePosixPath(STARTERS, *path.parts[1:]): data
        for path, data in files.items()
        if path.parts[0] == "exercises" and len(path.parts) > 2  # noqa: PLR2004 - tree, topic, file
        if any(matches(PurePosixPath(*path.parts[2:]), each) for each in patterns[path.parts[1]])
    }
