"""The experiments behind claims on async, and threads: C03, C08, C09, C25, C26, C28."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import tracemalloc
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from flask import Flask
from werkzeug.serving import make_server

from sidebyside.hosts import Answer

Ask = Callable[..., Answer]
Get = Callable[[int], Answer]

CROWD = 6
MANY = 200


class OwnLoop(Flask):
    """Runs coroutine views without asgiref, by the method that Flask offers for that."""

    def async_to_sync(self, func: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        return lambda *given, **named: asyncio.run(func(*given, **named))


def waiting_flask(room: Any) -> Flask:
    app = Flask(__name__)

    @app.get("/")
    def wait() -> str:
        room.stay()
        return "done"

    return app


@contextlib.contextmanager
def development_server(app: Flask, *, threaded: bool) -> Iterator[int]:
    """Flask's own server, on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=threaded)
    loop = threading.Thread(target=server.serve_forever)
    loop.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        loop.join()
        server.server_close()


def test_c03_a_call_that_blocks_in_a_coroutine_lets_one_in(ask: Ask, room: Any) -> None:
    app, full = FastAPI(), room()

    @app.get("/")
    async def wait() -> None:
        full.stay()

    assert full.fill(lambda: ask(app, "/"), CROWD, wanted=1) == 1


def test_c03_the_same_call_in_flask_on_threads_lets_all_in(get: Get, room: Any) -> None:
    full = room()
    with development_server(waiting_flask(full), threaded=True) as port:
        assert full.fill(lambda: get(port), CROWD, wanted=CROWD) == CROWD


def test_c08_coroutines_that_compute_run_one_after_another(ask: Ask) -> None:
    app, order = FastAPI(), list[str]()

    @app.get("/")
    async def compute() -> int:
        order.append("begins")
        found = sum(number * number for number in range(100_000))
        order.append("ends")
        return found

    with ThreadPoolExecutor(CROWD) as pool:
        list(pool.map(lambda _: ask(app, "/"), range(CROWD)))
    assert order == ["begins", "ends"] * CROWD


def test_c08_a_coroutine_takes_more_calls_than_a_function() -> None:
    def add(number: int) -> int:
        return number + 1

    async def add_async(number: int) -> int:
        return number + 1

    assert calls(lambda: asyncio.run(add_async(1))) > calls(lambda: add(1))


def calls(work: Callable[[], object]) -> int:
    """How many calls of Python functions the work takes."""
    made = [0]

    def count(_: Any, event: str, __: Any) -> None:
        made[0] += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return made[0]


def test_c09_a_request_that_waits_in_a_coroutine_holds_memory() -> None:
    app, inside, wanted = FastAPI(), list[int](), [0]

    @app.get("/")
    async def wait() -> None:
        inside.append(1)
        if len(inside) == wanted[0]:
            full.set()
        await door.wait()

    async def crowd(size: int) -> int:
        """Bytes that a crowd holds while it waits."""
        before = tracemalloc.get_traced_memory()[0]
        wanted[0] = size
        sent = [asyncio.ensure_future(call(app)) for _ in range(size)]
        await full.wait()
        held = tracemalloc.get_traced_memory()[0] - before
        door.set()
        await asyncio.gather(*sent)
        for each in (door, full):
            each.clear()
        inside.clear()
        return held

    async def measured() -> int:
        await crowd(1)  # what the first request builds stays, and is not counted
        return await crowd(MANY)

    door, full = asyncio.Event(), asyncio.Event()
    tracemalloc.start()
    try:
        held = asyncio.run(measured())
    finally:
        tracemalloc.stop()
    assert held / MANY > 4_000


async def call(app: FastAPI) -> None:
    """Call an app as a server does; the answer is dropped."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        del message

    scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b""}
    await app(
        {**scope, "headers": [], "http_version": "1.1", "scheme": "http", "root_path": ""}, receive, send
    )


def test_c25_flask_on_a_threaded_server_serves_all_at_once(get: Get, room: Any) -> None:
    full = room()
    with development_server(waiting_flask(full), threaded=True) as port:
        assert full.fill(lambda: get(port), CROWD, wanted=CROWD) == CROWD


def test_c25_without_threads_it_serves_one(get: Get, room: Any) -> None:
    full = room()
    with development_server(waiting_flask(full), threaded=False) as port:
        assert full.fill(lambda: get(port), CROWD, wanted=1) == 1


def test_c25_on_waitress_it_serves_as_many_as_there_are_threads(waitress: Any, room: Any) -> None:
    full = room()
    with waitress(waiting_flask(full), 4) as send:
        assert full.fill(send, CROWD, wanted=4) == 4


def test_c26_an_async_view_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asgiref.sync", None)  # as in a bare install
    app = Flask(__name__)
    app.testing = True

    @app.get("/")
    async def show() -> str:
        return "done"

    with pytest.raises(RuntimeError, match="async"):
        app.test_client().get("/")


def test_c26_awaits_overlap_inside_an_async_view() -> None:
    app = OwnLoop(__name__)

    @app.get("/")
    async def show() -> dict[str, int]:
        together = asyncio.Barrier(5)
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(together.wait())
        return {"met": 5}

    assert app.test_client().get("/").json == {"met": 5}


def test_c26_an_async_view_still_holds_its_thread(waitress: Any, room: Any) -> None:
    app, full = OwnLoop(__name__), room()

    @app.get("/")
    async def show() -> str:
        await full.stay_async()
        return "done"

    with waitress(app, 2) as send:
        assert full.fill(send, CROWD, wanted=2) == 2


def test_c28_waiting_coroutines_share_one_thread(ask: Ask, room: Any) -> None:
    app, full = FastAPI(), room()

    @app.get("/")
    async def wait() -> None:
        await full.stay_async()

    assert full.fill(lambda: ask(app, "/"), MANY, wanted=MANY) == MANY
    assert len(full.threads) == 1


def test_c28_waiting_functions_take_a_thread_each(waitress: Any, room: Any) -> None:
    full = room()
    with waitress(waiting_flask(full), 3) as send:
        assert full.fill(send, CROWD, wanted=3) == 3
    assert len(full.threads) == 3
