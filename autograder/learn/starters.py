"""Decides what each exercise looked like before its learner began, and so what they have worked on.

A student edition holds its starters a second time, under ``.starters``. Elsewhere they are what git
has, or else what the files held, when progress was first kept, as long as that says TODO; it is remembered
with the progress.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.catalog import Catalog, Part, Topic
from autograder.errors import StoreError
from autograder.learn.store import Store
from autograder.release import STARTERS
from autograder.release.claims import authored_files, file_or_package, matches

__all__ = ["Starters", "find_starters", "holds_starters", "part_files", "released_starters", "worked_on"]

_GIT_S = 10


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
    unseen = [topic for topic in catalog.ready if topic.name not in known]
    committed = _committed(catalog.root) if unseen else {}
    for topic in unseen:
        files = _on_disk(catalog.places(topic.name).exercise, topic) | _of_topic(committed, topic)
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
    """Whether the starters lie in the course a second time, as in a student edition of several topics."""
    return (catalog.root / STARTERS).is_dir()


def released_starters(catalog: Catalog) -> Starters:
    """The starters as a student edition holds them, whatever was kept of the learner's progress."""
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


def _of_topic(committed: Mapping[str, str], topic: Topic) -> dict[str, str]:
    top = f"{topic.name}/"
    own = {name.removeprefix(top): text for name, text in committed.items() if name.startswith(top)}
    return {name: text for name, text in own.items() if any(_belongs(part, name) for part in topic.part)}


def _text(file: Path) -> str | None:
    try:
        return file.read_bytes().decode(errors="surrogateescape").replace("\r\n", "\n")
    except FileNotFoundError:  # a dangling link, or an editor is about to rename another file to it
        return None


def _committed(root: Path) -> dict[str, str]:
    """The exercises as git has them: text by path below ``exercises``; empty where there is no git."""
    listed = _git(root / "exercises", "ls-tree", "-r", "-z", "--name-only", "HEAD", ".")
    names = [name for name in listed.decode(errors="replace").split("\0") if name]
    asked = "".join(f"HEAD:./{name}\n" for name in names).encode()
    told = _git(root / "exercises", "cat-file", "--batch", given=asked) if names else b""
    return dict(zip(names, _objects(told), strict=False))


def _objects(told: bytes) -> list[str]:
    """What ``git cat-file --batch`` prints: a line that ends in the size, the content, an end of line."""
    found, at = [], 0
    while at < len(told):
        end = told.index(b"\n", at)
        size = int(told[at:end].rsplit(b" ", 1)[-1])
        found.append(told[end + 1 : end + 1 + size].decode(errors="surrogateescape").replace("\r\n", "\n"))
        at = end + 1 + size + 1
    return found


def _git(folder: Path, *words: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - git itself, with words of ours
            ["git", *words],  # noqa: S607 - wherever it is installed
            cwd=folder,
            input=given,
            capture_output=True,
            timeout=_GIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""
