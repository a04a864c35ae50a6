"""The database that a run's app is told to use: its own, empty, gone afterwards."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from autograder.catalog import Part
from autograder.errors import GradingBroken, UsageError
from autograder.evaluate import Grader
from autograder.kinds.database import VARIABLE, Database, database_kind, fresh_database
from autograder.sandbox import Address, Sandbox, clusters, postgres, relay
from autograder.sandbox.cluster import Cluster
from autograder.sandbox.policy import load_policy
from autograder.sandbox.relay import connect
from autograder.sandbox.watchdog import usage_of
from autograder.tests.sandbox.running import open_sandbox
from autograder.tests.toycourse import Toy, validated
from autograder.verdict import Verdict

PART = Part(
    name="flask", kind="contract", points=1, files=("flask_app.py",), framework="flask", database=True
)

APP = """
import os

from flask import Flask
from sqlalchemy import create_engine, text


def create_app():
    app = Flask(__name__)
    engine = create_engine(os.environ["DATABASE_URL"])
    with engine.begin() as link:
        link.execute(text("CREATE TABLE IF NOT EXISTS seen (name TEXT)"))

    @app.post("/<name>")
    def see(name):
        with engine.begin() as link:
            link.execute(text("INSERT INTO seen VALUES (:name)"), {"name": name})
            count = link.execute(text("SELECT count(*) FROM seen")).scalar_one()
        return {"server": engine.dialect.name, "seen": count}

    return app
"""

CHECKS = '''
from autograder.checks import Api, assesses, hint, points


@points(10)
@assesses("greeting-path")
@hint("name")
def test_the_database_is_fresh_and_outlives_a_restart(api: Api) -> None:
    """Rows are kept over a restart, and over nothing else."""
    api.post("/ada").expect(200, json={"server": "SERVER", "seen": 1})
    api.restart()
    api.post("/ada").expect(200, json={"server": "SERVER", "seen": 2})
'''


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """The toy course with an app that keeps names in a database."""
    made = Toy(tmp_path)
    course = made.path / "course.toml"
    text = course.read_text("utf-8")
    old = 'libraries = ["flask", "werkzeug"]'
    assert old in text
    course.write_text(text.replace(old, 'libraries = ["flask", "sqlalchemy"]\ndatabase = true'), "utf-8")
    return made


@pytest.fixture(params=["bubblewrap", "plain"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    yield from open_sandbox(request.param)


def judge_twice(toy: Toy, sandbox: Sandbox, server: str) -> None:
    toy.contract.write_text(CHECKS.replace("SERVER", server), "utf-8")
    with Grader(toy.catalog, sandbox=sandbox, seed=lambda _: "5eed") as grader:
        for _ in range(2):
            part = validated(grader.grade(toy.collected(flask=APP), ["flask"])).parts[0]
            assert part.verdict is Verdict.PASSED, part


def test_without_a_server_it_is_a_file_of_the_runs_own(
    toy: Toy, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    judge_twice(toy, sandbox, "sqlite")


def test_the_kind_of_database_belongs_to_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    kinds = [database_kind(PART)]
    monkeypatch.setenv(VARIABLE, "postgresql+psycopg://a:b@127.0.0.1:1/")
    kinds.append(database_kind(PART))
    assert kinds == ["sqlite", "postgresql"]
    assert database_kind(PART.model_copy(update={"database": False})) is None


def test_a_verdict_on_one_kind_is_not_read_back_for_the_other(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    toy.contract.write_text(CHECKS.replace("SERVER", "sqlite"), "utf-8")
    plain = next(open_sandbox("plain"))
    with Grader(toy.catalog, sandbox=plain, seed=lambda _: "5eed", cache=tmp_path / "kept") as grader:
        reports = [grader.grade(toy.collected(flask=APP), ["flask"]) for _ in range(2)]
        monkeypatch.setenv(VARIABLE, "postgresql://")
        reports.append(grader.grade(toy.collected(flask=APP), ["flask"]))
    assert [report.cached for report in reports] == [False, True, False]


def test_a_server_on_another_machine_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "postgresql://ada:secret@db.example:5432/")
    with pytest.raises(UsageError, match="loopback") as caught, fresh_database(PART):
        pass
    assert "secret" not in str(caught.value)


def test_a_machine_without_postgresql_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "postgresql://")
    monkeypatch.setattr(clusters, "_opened", {})
    monkeypatch.setattr(postgres, "programs", lambda: None)
    with pytest.raises(GradingBroken, match="not installed"), fresh_database(PART):
        pass


@pytest.fixture
def postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grader is asked for PostgreSQL."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    monkeypatch.setenv(VARIABLE, "postgresql://")


def inside(database: Database) -> dict[str, Any]:
    """How to connect, as the app could, were the wall not there."""
    url = urlsplit(database.environment["DATABASE_URL"].replace("{BACKEND_DATABASE_PORT}", "1"))
    path = database.backends["database"].path
    assert path
    name = url.path.strip("/")
    return {"host": str(Path(path).parent), "user": url.username, "password": url.password, "dbname": name}


def linked(database: Database, **changes: Any) -> psycopg.Connection:
    return psycopg.connect(**inside(database), autocommit=True, **changes)


@pytest.mark.slow
@pytest.mark.usefixtures("postgresql")
def test_on_postgresql_each_run_has_a_cluster_of_its_own(toy: Toy, sandbox: Sandbox) -> None:
    judge_twice(toy, sandbox, "postgresql")


@pytest.mark.slow
@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize("change", [{"user": "grader"}, {"dbname": "postgres"}, {"password": "guessed"}])
def test_nobody_logs_in_but_the_role_to_its_database(change: dict[str, str]) -> None:
    with fresh_database(PART) as own, pytest.raises(psycopg.OperationalError):
        psycopg.connect(**{**inside(own), **change})


@pytest.mark.slow
@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize("walls", [True, False])
def test_a_cluster_is_gone_even_when_the_run_fails_with_connections_open(*, walls: bool) -> None:
    run = contextlib.ExitStack()
    own = run.enter_context(fresh_database(PART, walls=walls))
    link = linked(own)
    home = Path(inside(own)["host"]).parent
    assert home.is_dir()
    assert run.__exit__(RuntimeError, RuntimeError("the grader failed"), None) is False
    with pytest.raises(psycopg.OperationalError):
        link.execute("SELECT 1")
    link.close()
    assert not home.exists()


@pytest.mark.slow
@pytest.mark.usefixtures("postgresql")
def test_runs_at_once_have_a_cluster_each() -> None:
    with contextlib.ExitStack() as stack:
        links = [linked(stack.enter_context(fresh_database(PART))) for _ in range(3)]
        for link in links:
            stack.enter_context(link).execute("CREATE TABLE t (i INT)")


@pytest.mark.slow
@pytest.mark.usefixtures("postgresql")
def test_a_template_that_cannot_be_made_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_opened", {})
    monkeypatch.setattr(clusters, "_MAKE", "echo no space left >&2; exit 1")
    with pytest.raises(GradingBroken, match="no space left"), fresh_database(PART):
        pass


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.usefixtures("postgresql")
def test_a_server_that_somebody_kills_is_our_fault() -> None:
    with contextlib.closing(clusters.open_clusters(load_policy(), walls=True).start()) as cluster:
        os.kill(cluster._held.pid, signal.SIGKILL)
        wait_for(lambda: cluster._held.gone)
        with pytest.raises(GradingBroken, match="ended in the middle"):
            cluster.end()


def process_of(cluster: Cluster) -> int:
    """A process of the server's that is not its first."""
    pids = usage_of(cluster._held.pid).pids
    return next(pid for pid in pids if b"checkpointer" in Path(f"/proc/{pid}/cmdline").read_bytes())


@pytest.mark.slow
@pytest.mark.usefixtures("postgresql")
def test_a_process_of_the_servers_that_somebody_kills_is_our_fault() -> None:
    with contextlib.closing(clusters.open_clusters(load_policy(), walls=True).start()) as cluster:
        os.kill(process_of(cluster), signal.SIGKILL)
        wait_for(lambda: cluster._held.gone)
        with pytest.raises(GradingBroken, match="terminated by signal 9"):
            cluster.end()


@pytest.mark.slow
@pytest.mark.usefixtures("postgresql")
def test_what_an_app_writes_into_the_servers_log_does_not_break_its_run() -> None:
    with fresh_database(PART) as own:
        link = linked(own)
        for text in (
            "postmaster LOG:  server process (PID 9) was terminated by signal 9: Killed",
            "x" * 1000,
        ):
            link.execute(f"DO $$ BEGIN FOR i IN 1..50000 LOOP RAISE LOG E'x\\n{text}'; END LOOP; END $$")
        with contextlib.suppress(psycopg.Error):
            link.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity")
        link.close()
        assert own.end() is None


KILLED = """
import os, signal, sys
from autograder.sandbox.clusters import open_clusters
from autograder.sandbox.cluster import Cluster
from autograder.sandbox.policy import load_policy

cluster = open_clusters(load_policy(), walls=sys.argv[1] == "walls").start()
print(os.path.dirname(cluster.address.path), cluster._held.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize("ground", ["walls", "open"])
def test_a_server_ends_with_a_grader_that_is_killed(ground: str) -> None:
    command = [sys.executable, "-c", KILLED, ground]
    killed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    folder, pid = killed.stdout.split()
    wait_for(lambda: not is_postgres(int(pid)))
    with pytest.raises(OSError, match=r"refused|No such file"):
        connect(Address(path=str(Path(folder, postgres.SOCKET))))


def is_postgres(pid: int) -> bool:
    """Whether this process, or one below it, is a server or is about to become one."""
    return any(
        b"postgres" in Path(f"/proc/{each}/cmdline").read_bytes()
        for each in (pid, *usage_of(pid).pids)
        if Path(f"/proc/{each}").exists()
    )


@pytest.mark.slow
@pytest.mark.usefixtures("postgresql")
def test_a_grader_without_descriptors_is_our_fault(
    toy: Toy, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Address) -> socket.socket:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(relay, "connect", refuse)
    toy.contract.write_text(CHECKS.replace("SERVER", "postgresql"), "utf-8")
    with Grader(toy.catalog, sandbox=sandbox, seed=lambda _: "5eed") as grader:
        part = grader.grade(toy.collected(flask=APP), ["flask"]).parts[0]
    assert part.verdict is Verdict.BROKEN
    assert part.broken is not None
    assert "Too many open files" in part.broken
