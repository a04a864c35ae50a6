"""Which files of a course stand in it a second time: what learners hand in, as it is handed out to them."""

from __future__ import annotations

import shutil
from pathlib import PurePosixPath

from autograder.catalog import Catalog
from autograder.release.claims import authored_files, file_or_package, matches

__all__ = ["STARTERS", "record_starters", "starter_copies", "unrecorded_starters"]

STARTERS = ".starters"
"""The folder of a course in which the starters stand a second time, by topic."""


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


def record_starters(catalog: Catalog) -> list[PurePosixPath]:
    """Write the second copy anew from the exercises of an author edition. Returns its files, sorted."""
    copies = _wanted(catalog)
    shutil.rmtree(catalog.root / STARTERS, ignore_errors=True)
    for path, data in copies.items():
        file = catalog.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return sorted(copies)


def unrecorded_starters(catalog: Catalog) -> list[PurePosixPath]:
    """Files of the second copy that differ from the exercises; none where the course has no such copy."""
    top = catalog.root / STARTERS
    if not top.is_dir():
        return []
    wanted = _wanted(catalog)
    there = {
        PurePosixPath(file.relative_to(catalog.root).as_posix()): file.read_bytes()
        for file in authored_files(top)
        if file.is_file()
    }
    return sorted(path for path in {*wanted, *there} if wanted.get(path) != there.get(path))


def _wanted(catalog: Catalog) -> dict[PurePosixPath, bytes]:
    exercises = (catalog.places(topic.name).exercise for topic in catalog.ready)
    files = (file for folder in exercises for file in authored_files(folder) if file.is_file())
    read = {PurePosixPath(file.relative_to(catalog.root).as_posix()): file.read_bytes() for file in files}
    return starter_copies(catalog, read)
