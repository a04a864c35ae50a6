"""Apps that use up or spoil their PostgreSQL: nobody else's is touched, and what they lose is their own.

The variable names a running server, as it may have done for years: that one is to be left alone.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from autograder.catalog import load
from autograder.collect import collect_one
from autograder.devcheck.check import as_ready
from autograder.evaluate import Grader
from autograder.kinds.database import VARIABLE, Database, fresh_database
from autograder.report.model import PartReport
from autograder.sandbox import Sandbox
from autograder.sandbox.policy import load_policy
from autograder.tests.postgres import programs, server_url
from autograder.tests.sandbox.running import open_sandbox
from autograder.verdict import Verdict

pytestmark = pytest.mark.slow

COURSE = Path(__file__).resolve().parents[3]
CATALOG = as_ready(load(COURSE), ["databases"])
TOPIC = CATALOG.topic("databases")
PART = TOPIC.part[0]
SOLUTION = (COURSE / "solutions/databases/flask_app.py").read_text("utf-8")
HOSTILE = """
import contextlib as _contextlib
import os as _os
import threading as _threading
import time as _time

from sqlalchemy import create_engine as _engine


def _to(name=None):
    url = _os.environ["DATABASE_URL"]
    url = url if name is None else url.rpartition("/")[0] + "/" + name
    return _engine(url, isolation_level="AUTOCOMMIT").connect()


def _at_once(call, arguments):
    threads = [_threading.Thread(target=call, args=(each,), daemon=True) for each in arguments]
    for each in threads:
        each.start()
    return threads

"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with server_url(found) as url:
        yield url


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    yield from open_sandbox("warm")


@pytest.fixture
def grade(
    server: str, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], PartReport]]:
    """Grades the source of a Flask app on PostgreSQL."""
    monkeypatch.setenv(VARIABLE, server)
    policy = load_policy()
    short = policy.model_copy(update={"database": policy.database.model_copy(update={"cpu_s": 3.0})})
    with Grader(CATALOG, sandbox=sandbox, seed=lambda _: "5eed", policy=short) as grader:

        def graded(source: str) -> PartReport:
            folder = tmp_path / "hand-in"
            folder.mkdir(exist_ok=True)
            (folder / "flask_app.py").write_text(source, "utf-8")
            shutil.rmtree(tmp_path / "inbox", ignore_errors=True)
            hand_in = collect_one(folder, student="ada", topic=TOPIC, destination=tmp_path / "inbox")
            return grader.grade(hand_in, [PART.name]).parts[0]

        yield graded


def hostile(first: str) -> str:
    """The solution, which does something else first."""
    future = "from __future__ import annotations\n"
    assert future in SOLUTION
    return SOLUTION.replace(future, f"{future}{HOSTILE}{first}", 1)


def linked(database: Database) -> psycopg.Connection:
    """A connection as the app could make it, were the wall not there."""
    backend = database.backends["database"]
    url = urlsplit(database.environment["DATABASE_URL"].replace("{BACKEND_DATABASE_PORT}", "1"))
    where: dict[str, Any] = {"host": "127.0.0.1", "port": backend.port}
    if backend.path:
        where = {"host": str(Path(backend.path).parent)}
    name = url.path.strip("/")
    return psycopg.connect(user=url.username, password=url.password, dbname=name, autocommit=True, **where)


def until_refused(link: psycopg.Connection, statement: str, most: int = 10_000) -> str:
    """Run a statement, with its number for ``%(i)s``, until the server has no more of something."""
    for number in range(most):
        try:
            link.execute(statement.replace("%(i)s", str(number)))
        except psycopg.Error as error:
            return str(error)
    return ""


def test_sessions_locks_and_disk_that_others_use_up_leave_a_neighbour_full_marks(
    grade: Callable[[str], PartReport],
) -> None:
    with contextlib.ExitStack() as stack:
        sessions, locks, disk = (stack.enter_context(fresh_database(PART)) for _ in range(3))
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                stack.callback(linked(sessions).close)
        held = linked(locks)
        stack.callback(held.close)
        told = until_refused(held, "SELECT pg_advisory_lock(g + %(i)s * 500) FROM generate_series(1, 500) g")
        assert "shared memory" in told
        filled = linked(disk)
        stack.callback(filled.close)
        rows = "SELECT repeat('x', 1000) FROM generate_series(1, 10000)"
        until_refused(filled, f"CREATE TABLE t%(i)s AS {rows}", most=20)
        neighbour = grade(SOLUTION)
    assert neighbour.points == neighbour.max_points == 20, neighbour


def test_sessions_in_other_databases_do_not_outlive_their_runs(
    grade: Callable[[str], PartReport], server: str
) -> None:
    stays = hostile(
        """
def _hold(name):
    with _contextlib.suppress(Exception):
        _to(name).exec_driver_sql("SELECT pg_sleep(600)")


_at_once(_hold, (None, "postgres", "template1") * 6)
_time.sleep(1)
_os._exit(0)
"""
    )
    for _ in range(2):
        assert grade(stays).points == 0
    with psycopg.connect(server.replace("+psycopg", "") + "postgres") as link:
        [others] = link.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'pg_sleep.600' AND pid <> %s",
            [link.info.backend_pid],
        ).fetchall()
    assert others == (0,)


def test_nothing_of_a_run_is_found_by_the_next(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, server)
    with fresh_database(PART) as first:
        link = linked(first)
        link.execute("SELECT lo_from_bytea(0, 'the hidden inputs'::bytea)")
        link.execute("SELECT pg_advisory_lock(1)")
        link.execute("NOTIFY told, 'the hidden inputs'")
        link.execute("CREATE SCHEMA kept")
        link.execute(f"COMMENT ON DATABASE {link.info.dbname} IS 'the hidden inputs'")
        role = link.info.user
        link.execute(f'ALTER ROLE "{role}" SET application_name = told')
        link.close()
    with fresh_database(PART) as second:
        link = linked(second)
        for query in (
            "SELECT oid FROM pg_largeobject_metadata",
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'",
            "SELECT 1 FROM pg_namespace WHERE nspname = 'kept'",
            "SELECT description FROM pg_shdescription WHERE description LIKE '%hidden%'",
            "SELECT setconfig FROM pg_db_role_setting",
            "SELECT datname FROM pg_database WHERE datname <> current_database()",
            "SELECT 1 FROM pg_stat_activity WHERE usename <> current_user AND state IS NOT NULL",
        ):
            assert link.execute(query).fetchall() == [], query
        link.close()


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "COPY (SELECT 1) TO '/sock/told'",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT rolpassword FROM pg_authid",
        "CREATE EXTENSION dblink",
        "CREATE EXTENSION postgres_fdw",
        "CREATE EXTENSION file_fdw",
        "CREATE FUNCTION g() RETURNS int LANGUAGE c AS 'libc', 'getpid'",
        "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION pg_catalog.now()",
        "CREATE ROLE another",
        "CREATE DATABASE another",
        "SET ROLE grader",
        "SET SESSION AUTHORIZATION grader",
        "ALTER SYSTEM SET fsync = on",
        "ALTER ROLE CURRENT_USER CONNECTION LIMIT -1",
        "SET temp_file_limit = -1",
        "SET log_min_messages = debug5",
        "GRANT pg_execute_server_program TO CURRENT_USER",
        "CREATE TABLESPACE elsewhere LOCATION '/tmp'",
        "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p",
        "SELECT pg_create_physical_replication_slot('kept')",
    ],
)
def test_the_role_has_no_right_beyond_its_database(statement: str, own: psycopg.Connection) -> None:
    with pytest.raises(psycopg.Error) as refused:
        own.execute(statement)
    assert not isinstance(refused.value, psycopg.errors.SyntaxError), refused.value


@pytest.fixture(scope="module")
def own(server: str) -> Iterator[psycopg.Connection]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, server)
        with fresh_database(PART) as database, contextlib.closing(linked(database)) as link:
            yield link


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        # Sorts and hashes beyond the memory of all its processes.
        (
            [
                "SET work_mem = '2GB'",
                "SELECT DISTINCT repeat(g::text, 20) FROM generate_series(1, 900000) g OFFSET 899999",
            ],
            "more than 256 MiB of memory",
        ),
        # A loop of the server's own.
        (["DO $$ BEGIN LOOP END LOOP; END $$"], "seconds of CPU time"),
    ],
    ids=["memory", "cpu"],
)
def test_an_app_that_uses_up_its_own_server_fails_and_is_told(
    grade: Callable[[str], PartReport], statements: list[str], told: str
) -> None:
    eats = f"""
def _eat(_):
    with _to() as link:
        for each in {statements!r}:
            link.exec_driver_sql(each)


for _each in _at_once(_eat, range(8)):
    _each.join()
"""
    part = grade(hostile(eats))
    assert part.broken is None
    assert part.points < part.max_points
    assert part.verdict is not Verdict.PASSED
    assert any(told in check.message for check in part.checks), part


def test_an_app_that_fills_its_disk_fails_and_is_not_broken(grade: Callable[[str], PartReport]) -> None:
    fills = """
_link = _to()
_link.exec_driver_sql("CREATE TABLE logged (i INT)")
for _statement in (
    "CREATE UNLOGGED TABLE big{} AS SELECT repeat('x', 1000) FROM generate_series(1, 10000)",
    "INSERT INTO logged SELECT generate_series(1, 10000); TRUNCATE logged",
):
    try:
        for _number in range(1000):
            _link.exec_driver_sql(_statement.format(_number))
    except Exception as _error:
        print(_error)
"""
    part = grade(hostile(fills))
    assert part.broken is None
    assert part.points < part.max_points
    assert part.process is not None
    assert "could not extend file" in part.process.stdout
