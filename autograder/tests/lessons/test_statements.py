"""What lessons say of servers and libraries beside the ledger's claims, tried out."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, ForeignKey, create_engine, create_mock_engine, event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload
from waitress import create_server, wasyncore  # type: ignore[import-untyped]
from werkzeug.serving import WSGIRequestHandler, make_server

from autograder.tests.postgres import database_url, programs

PATIENCE_S = 60
SEATS = 3
DIALECTS = {name: create_mock_engine(f"{name}://", str).dialect for name in ("sqlite", "postgresql+psycopg")}


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - Werkzeug's name
        pass


@contextmanager
def on_werkzeug(app: Any) -> Iterator[int]:
    with make_server("127.0.0.1", 0, app, request_handler=Quiet, threaded=True) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def on_waitress(app: Any) -> Iterator[int]:
    channels: dict[int, Any] = {}
    stop = threading.Event()
    server = create_server(app, map=channels, host="127.0.0.1", port=0)

    def serve() -> None:
        while not stop.is_set():
            wasyncore.loop(timeout=0.05, map=channels, count=1)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.effective_port
    finally:
        stop.set()
        thread.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(map=channels)


def until(client: socket.socket, wanted: bytes) -> bytes:
    heard = b""
    while wanted not in heard:
        piece = client.recv(4096)
        assert piece, heard
        heard += piece
    return heard


HALF_A_REQUEST = (
    b"POST / HTTP/1.1\r\nHost: here\r\nContent-Type: text/plain\r\nContent-Length: 8\r\nX-Colour: red\r\n"
    b"Connection: close\r\n\r\nring"
)


def test_on_werkzeugs_server_a_wsgi_app_listens_while_it_answers() -> None:
    def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        start_response("200 OK", [])
        for _ in range(2):
            yield environ["wsgi.input"].read(4).upper()

    with on_werkzeug(echo) as port, socket.create_connection(("127.0.0.1", port), PATIENCE_S) as client:
        client.sendall(HALF_A_REQUEST)
        until(client, b"RING")
        client.sendall(b"ding")
        until(client, b"DING")


def test_waitress_calls_the_app_when_the_body_is_whole() -> None:
    sent, found = threading.Event(), list[bool]()

    def note(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        found.append(sent.is_set())
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    with on_waitress(note) as port, socket.create_connection(("127.0.0.1", port), PATIENCE_S) as client:
        client.sendall(HALF_A_REQUEST)
        with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as other:
            other.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            until(other, b"ok")
        sent.set()
        client.sendall(b"ding")
        until(client, b"ok")
    assert found == [False, True]


@pytest.mark.parametrize("serve", [on_werkzeug, on_waitress])
def test_in_wsgi_two_headers_have_no_prefix(serve: Callable[[Any], AbstractContextManager[int]]) -> None:
    seen: dict[str, Any] = {}

    def note(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.update(environ)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    with serve(note) as port, socket.create_connection(("127.0.0.1", port), PATIENCE_S) as client:
        client.sendall(HALF_A_REQUEST + b"ding")
        until(client, b"ok")
    assert (seen["CONTENT_TYPE"], seen["CONTENT_LENGTH"], seen["HTTP_X_COLOUR"]) == ("text/plain", "8", "red")
    assert not {"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"} & set(seen)


class Base(DeclarativeBase):
    pass


class Artist(Base):
    __tablename__ = "artists"

    id: Mapped[int] = mapped_column(primary_key=True)


class Concert(Base):
    __tablename__ = "concerts"

    id: Mapped[int] = mapped_column(primary_key=True)
    seats: Mapped[int]
    artist_id: Mapped[int | None] = mapped_column(ForeignKey("artists.id"))
    artist: Mapped[Artist | None] = relationship()


def season(engine: Engine) -> Engine:
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.merge(Concert(id=1, seats=SEATS))
        session.commit()
    engine.dispose()
    return engine


def two_sales(engine: Engine, *, locking: bool = False) -> tuple[str | None, int]:
    """Two requests read, then each writes what it worked out: the second one's error, and what is left."""
    refused = None
    wanted = select(Concert).with_for_update() if locking else select(Concert)
    with Session(engine) as ada, Session(engine) as ben:
        read = [(session, session.scalars(wanted).one()) for session in (ada, ben)]
        assert [concert.seats for _, concert in read] == [SEATS, SEATS]
        for session, concert in read:
            try:
                concert.seats -= 1
                session.commit()
            except DBAPIError as error:
                refused = str(error.orig)
                session.rollback()
    with Session(engine) as session:
        left = session.get_one(Concert, 1).seats
    engine.dispose()
    return refused, left


def test_pythons_sqlite3_begins_a_transaction_before_a_write_and_not_before_a_select(tmp_path: Path) -> None:
    engine = season(create_engine(f"sqlite:///{tmp_path / 'hall.db'}"))
    with Session(engine) as session:
        concert = session.get_one(Concert, 1)
        driver: Any = session.connection().connection.driver_connection
        after_the_select = driver.in_transaction
        concert.seats -= 1
        session.flush()
        assert (after_the_select, driver.in_transaction) == (False, True)
    engine.dispose()


@pytest.mark.parametrize("locking", [False, True])
def test_on_sqlite_a_sale_is_lost_with_and_without_for_update(tmp_path: Path, *, locking: bool) -> None:
    engine = season(create_engine(f"sqlite:///{tmp_path / 'hall.db'}"))
    assert two_sales(engine, locking=locking) == (None, SEATS - 1)


@pytest.mark.parametrize("first", ["BEGIN IMMEDIATE", "UPDATE concerts SET seats = seats WHERE id = 1"])
def test_on_sqlite_a_lock_taken_before_the_select_keeps_both_sales(tmp_path: Path, first: str) -> None:
    engine = season(create_engine(f"sqlite:///{tmp_path / 'hall.db'}", connect_args={"timeout": 0}))
    with Session(engine) as ada, Session(engine) as ben:
        ada.execute(text(first))
        seen_by_ada = ada.get_one(Concert, 1)
        with pytest.raises(DBAPIError, match="database is locked"):
            ben.execute(text(first))
        ben.rollback()
        seen_by_ada.seats -= 1
        ada.commit()
        ben.execute(text(first))
        ben.get_one(Concert, 1).seats -= 1
        ben.commit()
        assert ada.get_one(Concert, 1).seats == SEATS - 2
    engine.dispose()


def test_on_sqlite_with_a_begin_the_second_sale_is_refused(tmp_path: Path) -> None:
    engine = season(create_engine(f"sqlite:///{tmp_path / 'hall.db'}"))

    @event.listens_for(engine, "connect")
    def leave_it_to_us(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    assert two_sales(engine) == ("database is locked", SEATS - 1)


@pytest.mark.slow
def test_on_postgresql_the_isolation_level_decides() -> None:
    installed = programs()
    if installed is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with database_url(installed) as url:
        engine = season(create_engine(url))
        assert two_sales(engine) == (None, SEATS - 1)
        refused, left = two_sales(season(create_engine(url, isolation_level="REPEATABLE READ")))
    assert left == SEATS - 1
    assert refused is not None
    assert "could not serialize" in refused


def test_sqlite_does_not_know_for_update_and_sqlalchemy_omits_it() -> None:
    wanted = select(Concert.seats).with_for_update()
    sent = {name: str(wanted.compile(dialect=dialect)) for name, dialect in DIALECTS.items()}
    assert sent["postgresql+psycopg"] == f"{sent['sqlite']} FOR UPDATE"
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE concerts (seats INTEGER)")
    with pytest.raises(sqlite3.OperationalError, match="syntax error"):
        connection.execute("SELECT seats FROM concerts FOR UPDATE")
    connection.close()


@pytest.mark.parametrize(("concerts", "statements"), [(500, 2), (501, 3)])
def test_selectinload_asks_once_for_every_500(tmp_path: Path, concerts: int, statements: int) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'hall.db'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Concert(seats=SEATS, artist=Artist()) for _ in range(concerts))
        session.commit()
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    with Session(engine) as session:
        session.scalars(select(Concert).options(selectinload(Concert.artist))).all()
    engine.dispose()
    assert len(asked) == statements
