"""The table of events: its shape in the file, and every statement that touches it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["FILE_VERSION", "Row", "add", "alone", "connected", "is_foreign", "rows_of", "version"]

FILE_VERSION = 1
"""Kept in the file as ``user_version``. Later versions read the files of all earlier ones."""

Row = tuple[str, str, str, str | None, str, str]
"""at, course, topic, part, what, detail: an event as the file has it."""

_BUSY_S = 10
_SCHEMA = (
    """CREATE TABLE event (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        course TEXT NOT NULL,
        topic TEXT NOT NULL,
        part TEXT,
        what TEXT NOT NULL,
        detail TEXT NOT NULL
    )""",
    "CREATE INDEX event_course ON event (course)",
    "CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events stay'); END",
    "CREATE TRIGGER event_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events stay'); END",
    f"PRAGMA user_version = {FILE_VERSION}",
)
_INSERT = "INSERT INTO event (at, course, topic, part, what, detail) VALUES (?, ?, ?, ?, ?, ?)"
_SELECT = "SELECT at, course, topic, part, what, detail FROM event WHERE course = ? ORDER BY id"


def connected(path: Path) -> sqlite3.Connection:
    """A connection to the file, which is made if it is not there; another writer is waited for."""
    # A rollback journal, not WAL: that needs memory shared between processes, which network drives lack.
    return sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Open the file while no other process does.

    A damaged file is renamed, and SQLite finds a journal by its name: one process would take the journal of
    the new file for that of the old one, which it still has open.

    Raises:
        sqlite3.OperationalError: another process has it for too long.
    """
    lock = connected(path.with_name(f"{path.name}.lock"))
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")  # it ends with the process, however that ends
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise
            # Nothing can be written here, so nothing will be renamed.
        yield
    finally:
        lock.close()


def version(connection: sqlite3.Connection) -> int:
    """The file's format; 0 where it holds nothing yet."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    return int(found)


def is_foreign(connection: sqlite3.Connection) -> bool:
    """Whether the file holds tables, and none of ours."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return version(connection) == 0 and bool(tables)


def add(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Add events, all or none; they are on the disk when this returns."""
    with _transaction(connection):
        if version(connection) == 0:
            for statement in _SCHEMA:
                connection.execute(statement)
        connection.executemany(_INSERT, rows)


def rows_of(connection: sqlite3.Connection, course: str) -> list[Row]:
    """The events of one course, in the order in which they were added."""
    if version(connection) == 0:
        return []
    return connection.execute(_SELECT, (course,)).fetchall()


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
