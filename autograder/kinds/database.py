"""Which database a run's app is told to use: a file of its own, or a PostgreSQL cluster of its own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from autograder.catalog import Part
from autograder.errors import UsageError
from autograder.sandbox import Address
from autograder.sandbox.launcher import backend_variable
from autograder.sandbox.policy import Policy, load_policy

__all__ = ["VARIABLE", "Database", "database_kind", "fresh_database"]

VARIABLE = "COURSE_DATABASE_URL"
"""The grader's variable that asks for PostgreSQL. A server that it names is left alone."""

_BACKEND = "database"
_SQLITE = "sqlite:///bank.db"
_LOOPBACK = {None, "", "127.0.0.1", "localhost"}


def _stands() -> None:
    """A file ends with its run, and never before."""


@dataclass(frozen=True, slots=True)
class Database:
    """What a job needs so that its app reaches the database.

    Attributes:
        end: ends the database, when its app is gone; gives why it had ended before, where that was the
            app's doing. Raises GradingBroken when it had ended through no doing of the app's.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    backends: Mapping[str, Address] = field(default_factory=dict)
    end: Callable[[], str | None] = _stands


def database_kind(part: Part) -> str | None:
    """``sqlite``, ``postgresql``, or None for a part without a database; it can sway a verdict."""
    if not part.database:
        return None
    return "postgresql" if os.environ.get(VARIABLE) else "sqlite"


@contextlib.contextmanager
def fresh_database(part: Part, policy: Policy | None = None, *, walls: bool = True) -> Iterator[Database]:
    """An empty database for one run, gone afterwards.

    On PostgreSQL each run has a cluster of its own: a server with one database, and one role that owns
    it. Nobody else can log in, the grader included.

    Args:
        part: whose app is to run.
        policy: what a cluster may use; the package's policy.toml when not given.
        walls: whether the server runs behind a wall, as the submission does.

    Raises:
        UsageError: the variable does not ask for PostgreSQL, or names another machine.
        GradingBroken: PostgreSQL is not installed, or does not come up.
    """
    kind = database_kind(part)
    if kind is None:
        yield Database()
    elif kind == "sqlite":
        yield Database({"DATABASE_URL": _SQLITE})
    else:
        _hold_url(os.environ[VARIABLE])
        # Needs parts of the standard library that not every operating system has.
        from autograder.sandbox.clusters import open_clusters  # noqa: PLC0415 - see above
        from autograder.sandbox.postgres import DATABASE, ROLE  # noqa: PLC0415 - see above

        clusters = open_clusters(policy or load_policy(), walls=walls)
        with contextlib.closing(clusters.start()) as cluster:
            inside = f"127.0.0.1:{{{backend_variable(_BACKEND)}}}"
            url = f"postgresql+psycopg://{ROLE}:{clusters.password}@{inside}/{DATABASE}"
            yield Database({"DATABASE_URL": url}, {_BACKEND: cluster.address}, cluster.end)


def _hold_url(url: str) -> None:
    parts = urlsplit(url)
    if os.name == "nt":
        raise UsageError(
            "The grader starts no PostgreSQL on Windows.", where=VARIABLE, remedy=f"Unset {VARIABLE}."
        )
    if not parts.scheme.startswith("postgresql") or parts.hostname not in _LOOPBACK:
        raise UsageError(
            f"{VARIABLE} names no PostgreSQL server on this machine's loopback.",
            where=f"{parts.scheme}://{parts.hostname}",
            remedy=f"Set it to postgresql://, and each run gets a server of its own; or unset {VARIABLE}.",
        )
