"""What is done with a damaged file of progress: set aside, never deleted, and read as far as it goes."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from autograder.learn.table import Row

__all__ = ["is_damaged", "readable_rows", "set_aside"]


def is_damaged(connection: sqlite3.Connection) -> bool:
    """Whether the file is no SQLite file any more, or one that contradicts itself.

    Raises:
        sqlite3.Error: it could not be read, for another reason.
    """
    try:
        (told,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            return True
        raise
    return bool(told != "ok")


def readable_rows(connection: sqlite3.Connection) -> list[Row]:
    """The events of a damaged file, up to where it cannot be read."""
    rows: list[Row] = []
    try:
        for row in connection.execute(
            "SELECT at, course, topic, part, what, detail FROM event NOT INDEXED ORDER BY id"
        ):
            at, course, topic, part, what, detail = row
            is_text = all(isinstance(each, str) for each in (at, course, topic, what, detail))
            if is_text and isinstance(part, str | None):
                rows.append((at, course, topic, part, what, detail))
    except sqlite3.DatabaseError:
        return rows
    return rows


def set_aside(path: Path) -> Path:
    """Rename the file, and its journal, which would else be taken for one of the next file.

    Returns:
        The new name.

    Raises:
        OSError: it cannot be renamed.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    aside = path.with_name(f"{path.name}.damaged-{stamp}-{os.getpid()}")
    for ending in ("-journal", ""):
        old = path.with_name(path.name + ending)
        if old.exists():
            old.rename(aside.with_name(aside.name + ending))
    return aside
