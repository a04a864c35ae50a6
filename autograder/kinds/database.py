"""Which database a run's app is told to use: a file of its own, or an empty one on a PostgreSQL server."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autograder.catalog import Part
from autograder.errors import GradingBroken, UsageError
from autograder.sandbox import Address
from autograder.sandbox.launcher import backend_variable

if TYPE_CHECKING:
    import psycopg

__all__ = ["VARIABLE", "Database", "database_kind", "fresh_database"]

VARIABLE = "COURSE_DATABASE_URL"
"""The grader's variable that names a PostgreSQL server; its account may make roles and databases."""

_BACKEND = "database"
_SQLITE = "sqlite:///bank.db"
_PREFIX = "course_"
_NAME_BYTES = 8
_MOST_CONNECTIONS = 20
"""Of one run's app: a pool as SQLAlchemy makes it has 15 at most."""
_making_room = threading.Lock()
_rooms: dict[str, threading.Semaphore] = {}
_LOOPBACK = {"127.0.0.1", "localhost"}
_DEFAULT_PORT = 5432


@dataclass(frozen=True, slots=True)
class Database:
    """What a job needs so that its app reaches the database."""

    environment: Mapping[str, str] = field(default_factory=dict)
    backends: Mapping[str, Address] = field(default_factory=dict)


def database_kind(part: Part) -> str | None:
    """``sqlite``, ``postgresql``, or None for a part without a database; it can sway a verdict."""
    if not part.database:
        return None
    return "postgresql" if os.environ.get(VARIABLE) else "sqlite"


@contextlib.contextmanager
def fresh_database(part: Part) -> Iterator[Database]:
    """An empty database for one run, gone afterwards.

    On a PostgreSQL server each run has a role of its own beside it, which owns that database and nothing
    else: the submission never learns the grader's password.

    Raises:
        UsageError: the variable does not name a server on this machine's loopback.
        GradingBroken: the server refuses, or psycopg is not installed.
    """
    kind = database_kind(part)
    if kind is None:
        yield Database()
    elif kind == "sqlite":
        yield Database({"DATABASE_URL": _SQLITE})
    else:
        url = os.environ[VARIABLE]
        port = _port(url)
        with _room(url), _made(url) as (name, password):
            inside = f"127.0.0.1:{{{backend_variable(_BACKEND)}}}"
            own = f"postgresql+psycopg://{name}:{password}@{inside}/{name}"
            yield Database({"DATABASE_URL": own}, {_BACKEND: Address(port=port)})


def _room(url: str) -> threading.Semaphore:
    """To be held by a run: there are as many as the server has connections for, whatever the apps do."""
    with _making_room:
        if url not in _rooms:
            with contextlib.closing(_connected(url)) as server:
                most, reserved = (
                    int(server.execute(question).fetchall()[0][0])
                    for question in ("SHOW max_connections", "SHOW superuser_reserved_connections")
                )
            _rooms[url] = threading.BoundedSemaphore(max(1, (most - reserved) // (_MOST_CONNECTIONS + 1)))
        return _rooms[url]


def _port(url: str) -> int:
    parts = urlsplit(url)
    if not parts.scheme.startswith("postgresql") or parts.hostname not in _LOOPBACK:
        raise UsageError(
            f"{VARIABLE} names no PostgreSQL server on this machine's loopback.",
            where=f"{parts.scheme}://{parts.hostname}",
            remedy=f"Set it to postgresql+psycopg://USER:PASSWORD@127.0.0.1:PORT/, or unset {VARIABLE}.",
        )
    return parts.port or _DEFAULT_PORT


@contextlib.contextmanager
def _made(url: str) -> Iterator[tuple[str, str]]:
    """A role and a database of one name, and the role's password."""
    name, password = f"{_PREFIX}{secrets.token_hex(_NAME_BYTES)}", secrets.token_hex(16)
    with contextlib.closing(_connected(url)) as server:
        _sweep(server)
        # Held until the connection ends: by it another grader knows that the database is in use.
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        try:
            _create(server, name, password)
            yield name, password
        finally:
            _drop(server, name)


def _connected(url: str) -> psycopg.Connection:
    try:
        import psycopg  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise _broken("psycopg is not installed", "Install the extra [postgres].") from error
    plain = urlsplit(url)._replace(scheme="postgresql")
    if plain.path in {"", "/"}:
        plain = plain._replace(path="/postgres")
    try:
        return psycopg.connect(plain.geturl(), autocommit=True)
    except psycopg.Error as error:
        raise _broken(str(error), "Start the server, and correct the variable.") from error


def _create(server: psycopg.Connection, name: str, password: str) -> None:
    from psycopg import Error, sql  # noqa: PLC0415 - an extra

    role = sql.Identifier(name)
    limit = sql.Literal(_MOST_CONNECTIONS)
    try:
        for statement in (
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} CONNECTION LIMIT {}").format(role, password, limit),
            sql.SQL("GRANT {} TO CURRENT_USER").format(role),
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(role, role),
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role),
        ):
            server.execute(statement)
    except Error as error:
        raise _broken(str(error), "Let its account make roles and databases.") from error


def _drop(server: psycopg.Connection, name: str) -> None:
    """Drop database and role; what cannot be dropped now is swept before a later run."""
    from psycopg import Error, sql  # noqa: PLC0415 - an extra

    with contextlib.suppress(Error):
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


def _sweep(server: psycopg.Connection) -> None:
    """Drop what a grader that was killed has left behind."""
    query = "SELECT rolname FROM pg_roles WHERE rolname ~ %s"
    for (name,) in server.execute(query, [f"^{_PREFIX}[0-9a-f]{{{2 * _NAME_BYTES}}}$"]).fetchall():
        [[free]] = server.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchall()
        if free:
            _drop(server, name)
            server.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def _broken(what: str, remedy: str) -> GradingBroken:
    return GradingBroken(f"No database could be made: {what.strip()}.", where=VARIABLE, remedy=remedy)
