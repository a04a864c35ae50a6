"""Who grades a folder: one process at a time, and the second is told about the first."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from autograder.errors import CourseError

__all__ = ["hold", "release"]

_HELD: dict[Path, IO[str]] = {}


def hold(path: Path) -> bool:
    """Become the one grader; a process that is it already stays it.

    Returns:
        Whether this call made it the grader, so that its caller has to release.

    Raises:
        CourseError: another process grades; says which.
    """
    if path in _HELD:
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip() or "another process"
        file.close()
        raise CourseError(
            f"This folder is being graded already: {holder}.",
            where=str(path.parent.parent),
            remedy="Wait until that has ended, or end it, then grade again.",
        ) from error
    try:
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
        file.flush()
    except OSError as error:
        # A full disk, say: a write knows no path, and a person looks for one.
        error.filename = str(path)
        raise
    _HELD[path] = file
    return True


def release(path: Path) -> None:
    """Stop being the grader; nothing happens when this process is not it."""
    file = _HELD.pop(path, None)
    if file is not None:
        file.close()
