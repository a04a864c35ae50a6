"""The experiments behind claims on testing: C46, C47, C50, C52."""

from __future__ import annotations

import importlib.util
import unittest
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import click
import pytest
from fastapi import Depends, FastAPI, WebSocket
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner


def sources(package: str) -> str:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return "\n".join(each.read_text(encoding="utf-8") for each in Path(spec.origin).parent.rglob("*.py"))


def test_c46_the_client_is_starlettes_and_an_http_client(client_class: Any) -> None:
    assert client_class.__module__ == "starlette.testclient"
    assert client_class.__mro__[1].__module__.partition(".")[0] in {"httpx", "httpx2"}
    assert not issubclass(client_class, unittest.TestCase)


@pytest.mark.parametrize("package", ["fastapi", "starlette"])
def test_c46_unittest_is_not_mentioned(package: str) -> None:
    text = sources(package)
    assert "TestClient" in text
    assert "unittest" not in text
    assert "TestCase" not in text


def test_c46_a_bare_install_brings_no_http_client(bare_install: Any) -> None:
    assert not bare_install("fastapi") & {"httpx", "httpx2", "pytest"}


def seats() -> int:
    return 4


def test_c47_a_plain_function_tests_an_app_with_a_dependency_replaced(client_class: Any) -> None:
    app = FastAPI()

    @app.get("/")
    async def show(free: Annotated[int, Depends(seats)]) -> int:
        return free

    client = client_class(app)
    assert client.get("/").json() == 4
    app.dependency_overrides[seats] = lambda: 99
    assert client.get("/").json() == 99


def test_c50_flask_has_a_client_and_a_runner_for_commands() -> None:
    app = Flask(__name__)

    @app.get("/")
    def show() -> dict[str, int]:
        return {"seats": 4}

    @app.cli.command("count")
    def count() -> None:
        click.echo("four seats")

    assert app.test_client().get("/").json == {"seats": 4}
    assert app.test_cli_runner().invoke(args=["count"]).output == "four seats\n"


def test_c50_neither_is_a_framework_for_tests(bare_install: Any) -> None:
    for kind in (FlaskClient, FlaskCliRunner):
        assert not issubclass(kind, unittest.TestCase)
        assert not [name for name in dir(kind) if name.startswith("assert")]
    assert "pytest" not in bare_install("flask")


def test_c52_the_lifespan_runs_inside_with_alone(client_class: Any) -> None:
    log: list[str] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        log.append("up")
        yield
        log.append("down")

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def show() -> int:
        return 4

    assert client_class(app).get("/").json() == 4
    assert log == []
    with client_class(app) as client:
        assert client.get("/").json() == 4
        assert log == ["up"]
    assert log == ["up", "down"]


def test_c52_one_client_speaks_websocket(client_class: Any) -> None:
    app = FastAPI()

    @app.websocket("/")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text((await socket.receive_text()).upper())
        await socket.close()

    with client_class(app).websocket_connect("/") as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "HELLO"
    assert not hasattr(FlaskClient, "websocket_connect")


def test_c52_both_show_what_the_app_raises_or_its_answer(client_class: Any) -> None:
    flask, fastapi = Flask(__name__), FastAPI()

    @flask.get("/")
    def flask_fails() -> str:
        raise ZeroDivisionError

    @fastapi.get("/")
    async def fastapi_fails() -> None:
        raise ZeroDivisionError

    flask.logger.disabled = True
    assert flask.test_client().get("/").status_code == 500
    assert client_class(fastapi, raise_server_exceptions=False).get("/").status_code == 500
    flask.testing = True
    with pytest.raises(ZeroDivisionError):
        flask.test_client().get("/")
    with pytest.raises(ZeroDivisionError):
        client_class(fastapi).get("/")
