"""The database that a run's app is told to use: its own, empty, gone afterwards."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from autograder.catalog import Part
from autograder.errors import GradingBroken, UsageError
from autograder.evaluate import Grader
from autograder.kinds import database
from autograder.kinds.database import VARIABLE, Database, database_kind, fresh_database
from autograder.sandbox import Sandbox
from autograder.tests.postgres import programs, server_url
from autograder.tests.sandbox.running import open_sandbox
from autograder.tests.toycourse import Toy, validated
from autograder.verdict import Status, Verdict

PROGRAMS = programs()
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
        monkeypatch.setenv(VARIABLE, "postgresql+psycopg://a:b@127.0.0.1:1/")
        reports.append(grader.grade(toy.collected(flask=APP), ["flask"]))
    assert [(report.cached, report.status) for report in reports] == [
        (False, Status.GRADED),
        (True, Status.GRADED),
        (False, Status.BROKEN),
    ]


def test_a_server_on_another_machine_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "postgresql://ada:secret@db.example:5432/")
    with pytest.raises(UsageError, match="loopback") as caught, fresh_database(PART):
        pass
    assert "secret" not in str(caught.value)


def test_a_server_that_is_down_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "postgresql+psycopg://a:b@127.0.0.1:1/")
    with pytest.raises(GradingBroken, match="No database could be made"), fresh_database(PART):
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if PROGRAMS is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with server_url(PROGRAMS) as url:
        yield url


def names(server: str) -> set[str]:
    """All databases and roles of a grader's making."""
    with psycopg.connect(server.replace("+psycopg", "") + "postgres") as link:
        found = link.execute("SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles").fetchall()
    return {name for (name,) in found if name.startswith("course_")}


def inside(database: Database) -> str:
    """The URL as the app would read it, were the wall not there."""
    port = str(database.backends["database"].port)
    url = database.environment["DATABASE_URL"].replace("{BACKEND_DATABASE_PORT}", port)
    return url.replace("+psycopg", "")


@pytest.mark.slow
def test_with_a_server_each_run_has_a_database_of_its_own(
    toy: Toy, sandbox: Sandbox, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, server)
    judge_twice(toy, sandbox, "postgresql")
    assert names(server) == set()


@pytest.mark.slow
def test_a_submission_reaches_no_other_database(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, server)
    with fresh_database(PART) as own, fresh_database(PART) as other:
        assert "of-the-grader" not in inside(own)
        foreign = inside(own).rpartition("/")[0] + "/" + inside(other).rpartition("/")[2]
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(foreign)
        with psycopg.connect(inside(own)) as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("CREATE ROLE another")


@pytest.mark.slow
def test_it_is_dropped_even_when_the_run_fails_with_connections_open(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, server)
    run = contextlib.ExitStack()
    link = psycopg.connect(inside(run.enter_context(fresh_database(PART))))
    assert run.__exit__(RuntimeError, RuntimeError("the grader failed"), None) is False
    with pytest.raises(psycopg.OperationalError):
        link.execute("SELECT 1")
    link.close()
    assert names(server) == set()


@pytest.mark.slow
def test_what_a_killed_grader_left_is_swept_and_nothing_else(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, server)
    left = "course_0123456789abcdef"
    with psycopg.connect(server.replace("+psycopg", "") + "postgres", autocommit=True) as link:
        link.execute(f"CREATE ROLE {left}")
        link.execute(f"CREATE DATABASE {left} OWNER {left}")
        link.execute("CREATE ROLE course_admin")
        with fresh_database(PART), fresh_database(PART):
            during = names(server)
        assert left not in during
        assert len(during) == 3
        assert names(server) == {"course_admin"}
        link.execute("DROP ROLE course_admin")


@pytest.mark.slow
def test_runs_at_once_do_not_get_in_each_others_way(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, server)
    urls: list[str] = []

    def run() -> None:
        with fresh_database(PART) as database, psycopg.connect(inside(database)) as link:
            link.execute("CREATE TABLE t (i INT)")
            urls.append(inside(database))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(set(urls)) == 6
    assert names(server) == set()


@pytest.mark.slow
def test_no_more_run_at_once_than_the_server_has_connections_for(server: str) -> None:
    room, taken = database._room(server), 0
    while room.acquire(blocking=False):
        taken += 1
    room.release(taken)
    with psycopg.connect(server.replace("+psycopg", "") + "postgres") as link:
        most, reserved = (
            int(link.execute(f"SHOW {name}").fetchall()[0][0])
            for name in ("max_connections", "superuser_reserved_connections")
        )
    assert 0 < taken * (1 + database._MOST_CONNECTIONS) <= most - reserved
