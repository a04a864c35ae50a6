"""The experiments behind claims on speed and scaling, shown without a stopwatch: C07, C11, C12, C14, C73."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from flask import Flask
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from werkzeug.test import create_environ, run_wsgi_app

from sidebyside.hosts import Answer

ROUNDS, BATCH = 15, 60


def flask_app() -> Flask:
    app = Flask(__name__)

    @app.get("/")
    def show() -> dict[str, str]:
        return {"message": "hello"}

    return app


def fastapi_app() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def show() -> dict[str, str]:
        return {"message": "hello"}

    return app


def starlette_app() -> Starlette:
    async def show(_: Request) -> JSONResponse:
        return JSONResponse({"message": "hello"})

    return Starlette(routes=[Route("/", show)])


def costs(*apps: Any) -> list[float]:
    """Processor seconds for a batch of requests to each app: the least of several, taken in turns."""
    runs = [over_wsgi(app) if isinstance(app, Flask) else over_asgi(app) for app in apps]
    return [min(each) for each in zip(*([run() for run in runs] for _ in range(ROUNDS)), strict=True)]


def over_wsgi(app: Flask) -> Callable[[], float]:
    def run() -> float:
        begin = time.thread_time()
        for _ in range(BATCH):
            environ = {**template}
            _, status, _ = run_wsgi_app(app.wsgi_app, environ)
            assert status == "200 OK"
        return time.thread_time() - begin

    template = create_environ("/")
    return run


def over_asgi(app: Any) -> Callable[[], float]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        assert message.get("status", 200) == 200

    async def batch() -> float:
        begin = time.thread_time()
        for _ in range(BATCH):
            scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b""}
            more = {"headers": [], "http_version": "1.1", "scheme": "http", "root_path": ""}
            await app({**scope, **more}, receive, send)
        return time.thread_time() - begin

    return lambda: asyncio.run(batch())


def test_c07_fastapi_costs_more_than_the_starlette_below_it() -> None:
    fastapi, starlette = costs(fastapi_app(), starlette_app())
    assert fastapi > 1.5 * starlette


def test_c11_without_a_server_neither_framework_costs_a_multiple_of_the_other() -> None:
    fastapi, flask = costs(fastapi_app(), flask_app())
    assert 1 / 3 < fastapi / flask < 3


def test_c12_the_servers_setting_decides_how_many_flask_serves_at_once(waitress: Any, room: Any) -> None:
    assert [peak(waitress, room(), threads) for threads in (1, 2, 5)] == [1, 2, 5]


def peak(waitress: Any, room: Any, threads: int) -> int:
    app = Flask(__name__)

    @app.get("/")
    def wait() -> str:
        room.stay()
        return "done"

    with waitress(app, threads) as send:
        return int(room.fill(send, 8, wanted=threads))


def test_c12_a_plain_function_in_fastapi_has_a_ceiling_too(ask: Callable[..., Answer], room: Any) -> None:
    app, full = FastAPI(), room()

    @app.get("/")
    def wait() -> None:
        full.stay()

    assert full.fill(lambda: ask(app, "/"), 50, wanted=40) == 40


@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn does not run on Windows")
@pytest.mark.parametrize("server", ["gunicorn", "uvicorn"])
def test_c14_both_scale_by_processes(server: str, tmp_path: Path, get: Callable[[int], Answer]) -> None:
    made = {"gunicorn": "from flask import Flask\napp = Flask(__name__)\n"}
    start = made.get(server, "from fastapi import FastAPI\napp = FastAPI()\n")
    view = "import os\n\n@app.get('/')\ndef who() -> dict[str, int]:\n    return {'process': os.getpid()}\n"
    (tmp_path / "two.py").write_text(start + view, encoding="utf-8")
    with processes(server, tmp_path) as port:
        seen: set[bytes] = set()
        end = time.monotonic() + 20
        while len(seen) < 2 and time.monotonic() < end:
            with contextlib.suppress(OSError, http.client.HTTPException), ThreadPoolExecutor(4) as pool:
                seen.update(each.body for each in pool.map(get, [port] * 4))
    assert len(seen) == 2


@contextlib.contextmanager
def processes(server: str, folder: Path) -> Iterator[int]:
    """``two:app`` in two processes of a server."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    where = [f"--bind=127.0.0.1:{port}"] if server == "gunicorn" else [f"--port={port}"]
    process = subprocess.Popen(  # noqa: S603 - a server of ours with arguments of ours
        [sys.executable, "-m", server, *where, "--workers=2", "--log-level=critical", "two:app"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        process.terminate()
        process.wait(10)


def test_c73_uvicorn_starts_one_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEB_CONCURRENCY", raising=False)
    assert uvicorn.Config("two:app").workers == 1


@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn does not run on Windows")
def test_c73_gunicorn_starts_one_process() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "WEB_CONCURRENCY"}
    done = subprocess.run(
        [sys.executable, "-c", "from gunicorn.config import Config; print(Config().workers)"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "1"
