"""How a file is replaced: by a whole one or not at all, so that a failure leaves the old file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from autograder.errors import CourseError

__all__ = ["replacing"]

_NEW_FILE = 0o666


@contextmanager
def replacing(target: Path) -> Iterator[IO[str]]:
    """A text file to write to, which replaces ``target`` when the block ends without an error.

    It is written beside ``target`` and renamed. A link stays a link; a device or a pipe is written
    to directly, because it cannot be replaced.

    Raises:
        CourseError: the folder does not exist or cannot be written to.
    """
    place = target.resolve()
    if place.exists() and not place.is_file():
        with place.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    try:
        descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}-")
    except OSError as error:
        raise CourseError(
            f"The file cannot be written: {error.strerror}.",
            where=str(place),
            remedy="Make the folder, or correct its permissions, or name another file with --to.",
        ) from error
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
        fresh.chmod(_mode(place))
        fresh.replace(place)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _mode(place: Path) -> int:
    """The permissions of the file that is replaced, or those of a new file."""
    if place.is_file():
        return place.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return _NEW_FILE & ~mask
