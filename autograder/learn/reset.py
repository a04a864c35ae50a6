"""Puts a part's files back to what they were handed out as, after it kept a copy of what was there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.catalog import Catalog, Part, Topic
from autograder.errors import CatalogError, UsageError
from autograder.learn.starters import Starters, part_files
from autograder.learn.store import store_path

__all__ = ["Reset", "kept_copies", "reset", "undo"]


@dataclass(frozen=True, slots=True)
class Reset:
    """What a reset did.

    Attributes:
        files: those that were put back or taken away, by path below the exercise.
        copy: the folder that keeps what was there; None where nothing differed.
    """

    files: tuple[str, ...]
    copy: Path | None


def reset(catalog: Catalog, starters: Starters, topic: Topic, part: Part) -> Reset:
    """Make a part's files those of the starter.

    Raises:
        CatalogError: the starter is not known; nothing was changed.
        OSError: a file cannot be written; the copy is whole by then.
    """
    folder = catalog.places(topic.name).exercise
    wanted = starters.files(topic.name, part)
    if not wanted:
        raise CatalogError(
            f"The starter of {topic.name}, {part.name}, is not known, so nothing was changed.",
            where=str(folder),
            remedy="Take the file from where you have the course from.",
        )
    there = part_files(folder, part)
    changed = tuple(sorted(name for name in {*there, *wanted} if there.get(name) != wanted.get(name)))
    if not changed:
        return Reset((), None)
    copy = _new_copy(catalog, topic, part)
    for name in there:
        _copied(folder / name, copy / name)
    fresh = {name: text.encode(errors="surrogateescape") for name, text in wanted.items()}
    _put(folder, {name: fresh.get(name) for name in changed})
    return Reset(changed, copy)


def undo(catalog: Catalog, topic: Topic, part: Part) -> Reset:
    """Bring back what the last reset of a part put away; what is there now is kept likewise.

    Raises:
        UsageError: no reset of this part kept anything.
    """
    copies = kept_copies(catalog, topic, part)
    if not copies:
        raise UsageError(
            f"Nothing was kept of {topic.name}, {part.name}: it was never reset.",
            where="course reset --undo",
            remedy="Your editor may know earlier versions.",
        )
    folder, kept = catalog.places(topic.name).exercise, part_files(copies[-1], part)
    there = part_files(folder, part)
    copy = _new_copy(catalog, topic, part)
    for name in there:
        _copied(folder / name, copy / name)
    changed = tuple(sorted(name for name in {*there, *kept} if there.get(name) != kept.get(name)))
    _put(folder, {name: (copies[-1] / name).read_bytes() if name in kept else None for name in changed})
    return Reset(changed, copy)


def kept_copies(catalog: Catalog, topic: Topic, part: Part) -> list[Path]:
    """The folders that resets of a part kept, the oldest first."""
    home = _home(catalog, topic, part)
    return sorted(home.iterdir()) if home.is_dir() else []


def _home(catalog: Catalog, topic: Topic, part: Part) -> Path:
    """Beside the progress, where `make clean` takes nothing away; each copy of a course has its own."""
    course = hashlib.sha256(str(catalog.root).encode()).hexdigest()[:12]
    return store_path().parent / "kept" / f"{catalog.root.name}-{course}" / topic.name / part.name


def _new_copy(catalog: Catalog, topic: Topic, part: Part) -> Path:
    home = _home(catalog, topic, part)
    home.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + f"-{time.time_ns() % 1_000_000_000:09}"
    copy = home / stamp
    copy.mkdir()
    return copy


def _copied(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file, to)


def _put(folder: Path, contents: dict[str, bytes | None]) -> None:
    """Write each file as a whole, or take it away: whoever reads it sees the old or the new one."""
    for name, content in contents.items():
        path = folder / name
        if content is None:
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # other files lie there
                path.parent.rmdir()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}-{os.getpid()}")
        fresh.write_bytes(content)
        if path.exists():
            shutil.copymode(path, fresh)
        fresh.replace(path)
