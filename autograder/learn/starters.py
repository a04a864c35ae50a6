"""Decides what each exercise looked like before its learner began, and so what they have worked on.

A course holds its starters a second time, under ``.starters``: `course release` writes them, and
`course dev starters` in the author edition. In any other folder, such as a topic that was handed out alone,
they are what the files held when progress was first kept, as long as that says TODO; it is remembered with
the progress. No other program is asked: the folder may be anybody's, and so may its settings of git.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.catalog import Catalog, Part, Topic
from autograder.errors import StoreError
from autograder.learn.store import Store
from autograder.release import STARTERS
from autograder.release.claims import authored_files, file_or_package, matches

__all__ = ["Starters", "find_starters", "holds_starters", "part_files", "released_starters", "worked_on"]


@dataclass(frozen=True, slots=True)
class Starters:
    """The files of each exercise as they were handed out.

    Attributes:
        by_topic: by a topic's name: text by path below the exercise's folder, with ``/``.
    """

    by_topic: Mapping[str, Mapping[str, str]]

    def files(self, topic: str, part: Part) -> dict[str, str]:
        """Those of one part, text by path; empty if they are not known."""
        found = self.by_topic.get(topic, {})
        return {name: text for name, text in found.items() if _belongs(part, name)}


def find_starters(catalog: Catalog, store: Store, *, remember: bool = True) -> Starters:
    """The starters of all ready topics.

    Args:
        catalog: the course.
        store: the learner's progress.
        remember: record those that are seen for the first time, if that is possible.

    Raises:
        StoreError: the progress cannot be read.
    """
    if holds_starters(catalog):
        return released_starters(catalog)
    known = {
        event.topic: {str(name): str(text) for name, text in files.items()}
        for event in store.events()
        if event.what == "starters" and isinstance(files := event.detail.get("files"), dict)
    }
    for topic in (each for each in catalog.ready if each.name not in known):
        files = _on_disk(catalog.places(topic.name).exercise, topic)
        begun = [part for part in topic.part if part.served and not _says_todo(part, files)]
        known[topic.name] = {
            name: text for name, text in files.items() if not any(_belongs(part, name) for part in begun)
        }
        # Where they cannot be kept, they serve this once; whoever keeps progress says why.
        with contextlib.suppress(StoreError):
            if remember and not begun:
                store.record("starters", topic.name, files=files)
    return Starters(known)


def holds_starters(catalog: Catalog) -> bool:
    """Whether the starters are in the course a second time, as in every edition of several topics."""
    return (catalog.root / STARTERS).is_dir()


def released_starters(catalog: Catalog) -> Starters:
    """The starters as the course holds them a second time, whatever was kept of the learner's progress."""
    top = catalog.root / STARTERS
    return Starters({topic.name: _on_disk(top / topic.name, topic) for topic in catalog.ready})


def part_files(folder: Path, part: Part) -> dict[str, str]:
    """What lies in a folder of a part's files: text by path, with ``/``; what is no UTF-8 as surrogates."""
    return {
        name: text
        for file in authored_files(folder)
        if _belongs(part, name := file.relative_to(folder).as_posix())
        if (text := _text(file)) is not None
    }


def worked_on(catalog: Catalog, starters: Starters, topic: Topic, part: Part) -> bool:
    """Whether a part's files differ from the starter's; ends of lines do not count."""
    return part_files(catalog.places(topic.name).exercise, part) != starters.files(topic.name, part)


def _says_todo(part: Part, files: Mapping[str, str]) -> bool:
    """Whether files can be a starter's: each of them says TODO, as `course dev check` holds."""
    return any("TODO" in text for name, text in files.items() if _belongs(part, name))


def _belongs(part: Part, name: str) -> bool:
    path = PurePosixPath(name)
    return any(matches(path, pattern) for pattern in file_or_package(part.files))


def _on_disk(folder: Path, topic: Topic) -> dict[str, str]:
    return {name: text for part in topic.part for name, text in part_files(folder, part).items()}


def _text(file: Path) -> str | None:
    try:
        return file.read_bytes().decode(errors="surrogateescape").replace("\r\n", "\n")
    except FileNotFoundError:  # a dangling link, or an editor is about to rename another file to it
        return None
