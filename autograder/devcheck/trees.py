"""Rules about the four trees as a whole: what lies in them, and what no file in them may say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from autograder.catalog import Catalog
from autograder.catalog.places import TREES
from autograder.devcheck.violation import Fault, shown
from autograder.release import unrecorded_starters
from autograder.release.claims import authored_files, claimed

__all__ = ["machine_paths", "shadows", "starters_recorded", "unclaimed"]

# Home and work folders of people and machines, by their usual places; upper and lower case matter.
_MACHINE_PATH = re.compile(r"(?<![\w.~}-])/(?:home|root|Users|work|farm|tmp/\w)/?[\w.-]+/|[A-Z]:\\Users\\")


def unclaimed(catalog: Catalog) -> Iterator[Fault]:
    """Every directory is a topic's, and every file has a use."""
    topics = {each.name for each in catalog.course.topic}
    for tree in TREES:
        folder = catalog.root / tree
        stray: set[str] = set()
        for file in authored_files(folder):
            path = PurePosixPath(file.relative_to(folder).as_posix())
            if file.is_symlink():
                yield Fault(shown(catalog.root, file), "This is a link.", "Put the file itself here.")
            elif not claimed(catalog, tree, path):
                yield from _stray(catalog, file, path, topics, stray)


def _stray(
    catalog: Catalog, file: Path, path: PurePosixPath, topics: set[str], told: set[str]
) -> Iterator[Fault]:
    first = path.parts[0]
    if len(path.parts) > 1 and first not in topics:
        if first not in told:
            told.add(first)
            folder = file.parents[len(path.parts) - 2]
            yield Fault(
                shown(catalog.root, folder),
                f"There is no topic {first!r} in course.toml.",
                "Add the topic to course.toml, or delete the folder.",
            )
        return
    yield Fault(
        shown(catalog.root, file),
        "No rule of the course knows what this file is for.",
        "Rename it to one of the names in CONTRIBUTING, or delete it.",
    )


def shadows(catalog: Catalog) -> Iterator[Fault]:
    """No folder has a framework's name: on the import path it would hide the framework."""
    for tree in TREES:
        for folder in sorted((catalog.root / tree).rglob("*")):
            if folder.is_dir() and folder.name in catalog.course.frameworks:
                yield Fault(
                    shown(catalog.root, folder),
                    f"A folder called {folder.name!r} can hide the framework of that name.",
                    "Use flat file names with the framework's name in front.",
                )


def machine_paths(catalog: Catalog) -> Iterator[Fault]:
    """No content names a path of somebody's machine."""
    for tree in TREES:
        for file in authored_files(catalog.root / tree):
            if file.is_symlink():
                continue
            text = file.read_bytes().decode("utf-8", "replace")
            for number, line in enumerate(text.splitlines(), 1):
                found = _MACHINE_PATH.search(line)
                if found:
                    yield Fault(
                        shown(catalog.root, file, number),
                        f"The line names a path of one machine: {found.group()}",
                        "Write a path below the course, or none.",
                    )


def starters_recorded(catalog: Catalog) -> Iterator[Fault]:
    """The second copy of the starters, which `course reset` restores, equals the exercises."""
    for path in unrecorded_starters(catalog):
        yield Fault(
            str(path),
            "This copy of a starter differs from the exercise.",
            "Run `course dev starters`, which writes all copies again.",
        )
