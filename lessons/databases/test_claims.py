"""The experiments behind claims on databases: C29, C30, C32, C33, C35."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Request
from flask import Flask
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

from sidebyside.hosts import Answer, Host, open_host
from sidebyside.hosts import Request as Sent

Ask = Callable[..., Answer]

DATABASE_MODULES = {
    *("sqlalchemy", "sqlmodel", "sqlite3", "aiosqlite", "asyncpg", "psycopg", "psycopg2", "databases"),
    *("tortoise", "gino", "pony", "peewee", "MySQLdb", "pymysql", "pymongo", "motor", "beanie"),
}


class Base(DeclarativeBase):
    pass


class Tour(Base):
    __tablename__ = "tours"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Sends one request to an app of either framework, from any thread."""
    hosts: dict[int, Host] = {}
    opening = threading.Lock()

    def send(app: Any, url: str) -> Answer:
        with opening:
            if id(app) not in hosts:
                hosts[id(app)] = open_host(app, "asgi" if isinstance(app, FastAPI) else "wsgi")
        return hosts[id(app)].send(Sent("GET", url))

    yield send
    for host in hosts.values():
        host.close()


def brought_by(name: str) -> set[str]:
    """The distributions that installing one brings on this Python, without extras of the first."""
    found: set[str] = set()
    waiting = [(name, frozenset[str]())]
    seen = set(waiting)
    while waiting:
        each, extras = waiting.pop()
        found.add(each)
        for written in importlib.metadata.requires(each) or ():
            need = Requirement(written)
            wanted = need.marker is None or any(need.marker.evaluate({"extra": it}) for it in ("", *extras))
            after = (str(canonicalize_name(need.name)), frozenset(need.extras))
            if wanted and after not in seen:
                seen.add(after)
                waiting.append(after)
    return found


@pytest.fixture
def engine() -> Iterator[Engine]:
    """One database in memory, shared by all threads, with one tour."""
    made = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(made)
    with Session(made) as session:
        session.add(Tour(name="harbour"))
        session.commit()
    yield made
    made.dispose()


def imported(package: str) -> set[str]:
    """The top-level modules that a package's source imports."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    found: set[str] = set()
    for file in Path(spec.origin).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import):
                found.update(each.name.partition(".")[0] for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("package", ["fastapi", "starlette"])
def test_c29_no_source_file_imports_a_database(package: str) -> None:
    modules = imported(package)
    assert "typing" in modules
    assert not modules & DATABASE_MODULES


def test_c29_a_bare_install_brings_none() -> None:
    brought = brought_by("fastapi")
    assert {"starlette", "pydantic"} <= brought
    assert not brought & DATABASE_MODULES


@pytest.mark.parametrize("package", ["flask", "werkzeug"])
def test_c33_flask_imports_no_database_either(package: str) -> None:
    modules = imported(package)
    assert "typing" in modules
    assert not modules & DATABASE_MODULES


def open_session(request: Request) -> Iterator[Session]:
    with Session(request.app.state.engine) as session:
        yield session


def both_apps(engine: Engine) -> tuple[Flask, FastAPI]:
    """The same question to the database, asked in each framework."""
    flask, fastapi = Flask(__name__), FastAPI()
    fastapi.state.engine = engine

    @flask.get("/tours/<int:number>")
    def flask_tour(number: int) -> dict[str, str]:
        with Session(engine) as session:
            return {"name": session.scalars(select(Tour).where(Tour.id == number)).one().name}

    @fastapi.get("/tours/{number}")
    def fastapi_tour(number: int, session: Annotated[Session, Depends(open_session)]) -> dict[str, str]:
        return {"name": session.scalars(select(Tour).where(Tour.id == number)).one().name}

    return flask, fastapi


def test_c30_sqlalchemy_works_in_both(ask: Ask, engine: Engine) -> None:
    for app in both_apps(engine):
        assert json.loads(ask(app, "/tours/1").body) == {"name": "harbour"}


def test_c35_the_database_gets_the_same_question_from_both(ask: Ask, engine: Engine) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    for app in both_apps(engine):
        ask(app, "/tours/1")
    assert len(asked) == len(("flask", "fastapi"))
    assert asked[0] == asked[1]


@pytest.mark.parametrize(("path", "others_were_served"), [("/coroutine", False), ("/function", True)])
def test_c32_a_coroutine_makes_a_query_no_less_blocking(
    ask: Ask, engine: Engine, path: str, *, others_were_served: bool
) -> None:
    app, begun, served = FastAPI(), threading.Event(), threading.Event()

    def slow() -> bool:
        """A query that is done as soon as another request was served, or after a while."""
        begun.set()
        return served.wait(0.5)

    def ask_database() -> bool:
        with Session(engine) as session:
            connection = session.connection().connection.driver_connection
            assert connection is not None
            connection.create_function("slow", 0, slow)
            return bool(session.execute(text("select slow()")).scalar_one())

    @app.get("/coroutine")
    async def in_coroutine() -> bool:
        return ask_database()

    @app.get("/function")
    def in_function() -> bool:
        return ask_database()

    @app.get("/quick")
    async def quick() -> None:
        served.set()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, app, path)
        assert begun.wait(5)
        ask(app, "/quick")
        assert json.loads(answer.result().body) is others_were_served
