"""The experiments behind the lesson's claim on the size of apps, C05, and behind its tables on hooks."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import signal
import socket
import subprocess
import sys
import textwrap
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import pytest
import werkzeug.exceptions
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from flask import Blueprint, Flask, abort
from starlette.exceptions import StarletteDeprecationWarning

from sidebyside.hosts import Answer, Request, open_host

HERE = Path(__file__).parent
NAMES = ("flask_app", "fastapi_app")
FINE, REFUSED, FAILING = "rye", "croissant", "brioche"

Ask = Callable[[Any, str], Answer]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Sends ``GET`` to an app of either framework."""
    hosts: dict[int, Any] = {}

    def get(app: Any, url: str) -> Answer:
        if id(app) not in hosts:
            hosts[id(app)] = open_host(app, "asgi" if isinstance(app, FastAPI) else "wsgi")
        return hosts[id(app)].send(Request("GET", url))

    yield get
    for host in hosts.values():
        host.close()


def bakery(name: str, **config: Any) -> Any:
    """A new app of the lesson's pair."""
    unique = f"structure_claims_{name}"
    if unique not in sys.modules:
        folder = HERE / name
        spec = importlib.util.spec_from_file_location(
            unique, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec is not None
        assert spec.loader is not None
        sys.modules[unique] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[unique])
    return sys.modules[unique].create_app({"HOUR": lambda: 9, **config})


def watched(app: Any, journal: list[str]) -> Any:
    """The app as a server calls it; the journal says when the answer leaves."""
    if isinstance(app, Flask):

        def call(environ: Any, start_response: Any) -> Any:
            body = app.wsgi_app(environ, start_response)
            journal.append("answer leaves")
            return body

        return call

    async def call_async(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                journal.append("answer leaves")
            await send(message)

        await app(scope, receive, sending)

    return call_async


def journal_of(name: str, bread: str) -> tuple[int, list[str]]:
    """The status, and what happened in one request, without the oven."""
    journal: list[str] = []
    app = bakery(name, JOURNAL=journal)
    if isinstance(app, Flask):
        app.logger.disabled = True
    host = open_host(watched(app, journal), "wsgi" if isinstance(app, Flask) else "asgi")
    status = host.send(Request("GET", f"/v2/breads/{bread}")).status
    host.close()
    return status, [event for event in journal if "oven" not in event]


def test_c05_blueprints_nest(ask: Ask) -> None:
    app, api, version = Flask(__name__), Blueprint("api", __name__), Blueprint("v1", __name__)

    @version.get("/hello")
    def hello() -> str:
        return "hello"

    api.register_blueprint(version, url_prefix="/v1")
    app.register_blueprint(api, url_prefix="/api")
    assert ask(app, "/api/v1/hello").body == b"hello"


def test_c05_routers_nest(ask: Ask) -> None:
    app, api, version = FastAPI(), APIRouter(), APIRouter()

    @version.get("/hello")
    async def hello() -> str:
        return "hello"

    api.include_router(version, prefix="/v1")
    app.include_router(api, prefix="/api")
    assert ask(app, "/api/v1/hello").body == b'"hello"'


@pytest.mark.parametrize("name", NAMES)
def test_c05_two_apps_of_one_factory_stay_apart(ask: Ask, name: str) -> None:
    early, late = bakery(name), bakery(name, HOUR=lambda: 18)
    assert b'"cents":420' in ask(early, "/v2/breads/rye").body.replace(b" ", b"")
    assert b'"cents":210' in ask(late, "/v2/breads/rye").body.replace(b" ", b"")


def test_c05_the_core_is_the_same_file_in_both() -> None:
    flask, fastapi = ((HERE / name / "bakery.py").read_text(encoding="utf-8") for name in NAMES)
    assert flask == fastapi
    imported = [line for line in flask.splitlines() if line.startswith(("import ", "from "))]
    assert not [line for line in imported if "flask" in line or "fastapi" in line]


@pytest.mark.parametrize(
    ("name", "bread", "status", "events"),
    [
        (
            "flask_app",
            FINE,
            200,
            ["slip opened", "handler", "slip closed, told of no error", "answer leaves"],
        ),
        (
            "fastapi_app",
            FINE,
            200,
            ["slip opened", "handler", "answer leaves", "slip closed, told of no error"],
        ),
        (
            "flask_app",
            REFUSED,
            404,
            ["slip opened", "handler", "error handler", "slip closed, told of no error", "answer leaves"],
        ),
        (
            "fastapi_app",
            REFUSED,
            404,
            [
                "slip opened",
                "handler",
                "slip closed, told of UnknownBreadError",
                "error handler",
                "answer leaves",
            ],
        ),
        (
            "flask_app",
            FAILING,
            500,
            ["slip opened", "handler", "slip closed, told of TypeError", "answer leaves"],
        ),
        (
            "fastapi_app",
            FAILING,
            500,
            ["slip opened", "handler", "slip closed, told of TypeError", "answer leaves"],
        ),
    ],
)
def test_c05_the_order_of_hooks(name: str, bread: str, status: int, events: list[str]) -> None:
    assert journal_of(name, bread) == (status, events)


def test_c05_an_abort_is_no_error_to_flask_teardown_and_one_to_a_dependency(ask: Ask) -> None:
    flask, fastapi, told = Flask(__name__), FastAPI(), []

    @flask.teardown_request
    def close(error: BaseException | None) -> None:
        told.append(type(error).__name__)

    @flask.get("/")
    def refuse() -> str:
        abort(404)

    async def slip() -> AsyncIterator[None]:
        try:
            yield
        except BaseException as error:
            told.append(type(error).__name__)
            raise

    @fastapi.get("/", dependencies=[Depends(slip)])
    async def refuse_too() -> str:
        raise HTTPException(404)

    assert [ask(app, "/").status for app in (flask, fastapi)] == [HTTPStatus.NOT_FOUND] * 2
    assert told == ["NoneType", "HTTPException"]


def test_c05_a_handler_for_every_exception_hides_failures_from_flask_teardown(ask: Ask) -> None:
    told = []
    for handled in (Exception, HTTPStatus.INTERNAL_SERVER_ERROR, werkzeug.exceptions.HTTPException):
        app = Flask(__name__)
        app.logger.disabled = True
        app.errorhandler(handled)(lambda _error: ("sorry", 500))
        app.teardown_request(lambda error: told.append(type(error).__name__))
        app.add_url_rule("/", "fail", lambda: 1 // 0)
        assert ask(app, "/").status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert told == ["NoneType", "ZeroDivisionError", "ZeroDivisionError"]


def test_c05_what_was_opened_last_is_closed_first(ask: Ask) -> None:
    flask, fastapi, closed = Flask(__name__), FastAPI(), []

    def dependency(name: str) -> Any:
        async def live() -> AsyncIterator[None]:
            yield
            closed.append(name)

        return Depends(live)

    for name in ("first", "second"):
        flask.teardown_request(lambda _error, name=name: closed.append(name))
    flask.add_url_rule("/", "read", lambda: "rye")

    @fastapi.get("/", dependencies=[dependency("first"), dependency("second")])
    async def read() -> str:
        return "rye"

    assert [ask(app, "/").status for app in (flask, fastapi)] == [HTTPStatus.OK] * 2
    assert closed == ["second", "first"] * 2


def test_c05_a_dependency_of_function_scope_ends_before_the_answer_leaves() -> None:
    journal: list[str] = []
    app = FastAPI()

    async def slip() -> AsyncIterator[None]:
        yield
        journal.append("slip closed")

    @app.get("/", dependencies=[Depends(slip, scope="function")])
    async def read() -> str:
        return "rye"

    host = open_host(watched(app, journal), "asgi")
    host.send(Request("GET", "/"))
    host.close()
    assert journal == ["slip closed", "answer leaves"]


def test_c05_what_cleanup_raises_after_the_answer_the_client_never_learns() -> None:
    answers = []
    for scope in ("request", "function"):
        app = FastAPI()

        async def save() -> AsyncIterator[None]:
            yield
            raise OSError("the disk is full")

        @app.get("/", dependencies=[Depends(save, scope=scope)])
        async def read() -> str:
            return "saved"

        host = open_host(app, "asgi")
        answers.append(host.send(Request("GET", "/")).status)
        host.close()
    assert answers == [200, 500]


READINGS: list[int] = []


async def reading() -> int:
    """Counts how often it runs."""
    READINGS.append(len(READINGS) + 1)
    return READINGS[-1]


async def with_a_reading(number: Annotated[int, Depends(reading)]) -> int:
    """A dependency that has the other one."""
    return number


def test_c05_a_dependency_runs_once_for_two_uses(ask: Ask) -> None:
    READINGS.clear()
    app = FastAPI()

    @app.get("/")
    async def read(
        one: Annotated[int, Depends(with_a_reading)], other: Annotated[int, Depends(reading)]
    ) -> list[int]:
        return [one, other]

    assert ask(app, "/").body == b"[1,1]"
    assert ask(app, "/").body == b"[2,2]"


def test_c05_without_the_cache_it_runs_for_each_use(ask: Ask) -> None:
    READINGS.clear()
    app = FastAPI()

    @app.get("/")
    async def read(
        one: Annotated[int, Depends(reading)], other: Annotated[int, Depends(reading, use_cache=False)]
    ) -> list[int]:
        return [one, other]

    assert ask(app, "/").body == b"[1,2]"


def test_c05_a_test_client_starts_the_app_only_inside_with() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StarletteDeprecationWarning)
        from fastapi.testclient import TestClient  # noqa: PLC0415 - the warning comes with the import

    journal: list[str] = []
    app = bakery("fastapi_app", JOURNAL=journal)
    with pytest.raises(AttributeError, match="bakery"):
        TestClient(app).get("/v1/breads/rye")
    assert journal == []
    with TestClient(app) as client:
        assert client.get("/v1/breads/rye").status_code == HTTPStatus.OK
    assert (journal[0], journal[-1]) == ("oven lit", "oven out")


def test_c05_a_mounted_app_is_not_started_and_a_router_is() -> None:
    started: list[str] = []

    def lifespan(name: str) -> Any:
        @contextlib.asynccontextmanager
        async def live(_app: FastAPI) -> AsyncIterator[None]:
            started.append(name)
            yield

        return live

    app = FastAPI(lifespan=lifespan("app"))
    app.include_router(APIRouter(lifespan=lifespan("router")))
    app.mount("/mounted", FastAPI(lifespan=lifespan("mounted")))
    open_host(app, "asgi").close()
    assert started == ["app", "router"]


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["flask", "fastapi"])
def test_c05_a_circle_of_imports_loses_the_routes_of_a_script(tmp_path: Path, framework: str) -> None:
    class_name = {"flask": "Flask", "fastapi": "FastAPI"}[framework]
    routes = {"flask": "app.url_map.iter_rules()", "fastapi": "app.routes"}[framework]
    attribute = {"flask": "rule", "fastapi": "path"}[framework]
    (tmp_path / "shop.py").write_text(
        textwrap.dedent(f"""\
            from {framework} import {class_name}
            app = {class_name}(__name__) if {class_name!r} == "Flask" else {class_name}()
            import views
            print("/breads" in {{each.{attribute} for each in {routes}}})
            """),
        encoding="utf-8",
    )
    (tmp_path / "views.py").write_text(
        'from shop import app\n@app.get("/breads")\ndef breads(): return {}\n', encoding="utf-8"
    )
    told = [
        subprocess.run(  # noqa: S603 - lines of our own
            [sys.executable, *how], cwd=tmp_path, capture_output=True, check=True, text=True
        ).stdout.split()
        for how in (("-c", "import shop"), ("shop.py",))
    ]
    # As a script there are two modules, __main__ and shop, and each has an app; the views went to shop's.
    assert told == [["True"], ["False", "False"]]


SERVERS = {
    "flask": ("flask", "--app", "keeper:wsgi", "run", "--port", "{port}"),
    "waitress": ("waitress", "--port", "{port}", "--call", "keeper:wsgi"),
    "gunicorn": ("gunicorn", "--bind", "127.0.0.1:{port}", "keeper:wsgi()"),
    "uvicorn": ("uvicorn", "--port", "{port}", "--factory", "keeper:asgi"),
}

KEEPER = """\
import atexit, contextlib, pathlib
from fastapi import FastAPI
from flask import Flask

def open():
    pathlib.Path("opened").touch()

def close():
    pathlib.Path("closed").touch()

def wsgi():
    open()
    atexit.register(close)
    return Flask(__name__)

@contextlib.asynccontextmanager
async def lifespan(app):
    open()
    yield
    close()

def asgi():
    return FastAPI(lifespan=lifespan)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals, and no gunicorn")
@pytest.mark.parametrize(
    ("server", "number", "closed"),
    [
        *((server, signal.SIGINT, True) for server in SERVERS),
        ("flask", signal.SIGTERM, False),
        ("waitress", signal.SIGTERM, False),
        ("gunicorn", signal.SIGTERM, True),
        ("uvicorn", signal.SIGTERM, True),
    ],
)
def test_c05_which_servers_let_an_app_close(
    tmp_path: Path, server: str, number: signal.Signals, *, closed: bool
) -> None:
    (tmp_path / "keeper.py").write_text(KEEPER, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603 - a server of the list above
        [sys.executable, "-m", *(word.format(port=port) for word in SERVERS[server])],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A shell without job control has its children ignore Ctrl+C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    try:
        wait_for(port, process, tmp_path / "opened")
        process.send_signal(number)
        process.wait(60)
    finally:
        process.kill()
        process.wait()
    assert (tmp_path / "closed").exists() is closed


def wait_for(port: int, process: subprocess.Popen[bytes], opened: Path) -> None:
    """Until the app has been made and something answers at the port, whatever it says."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/")
            connection.getresponse().read()
            if opened.exists():
                return
        time.sleep(0.05)
    pytest.fail("the server does not answer")
