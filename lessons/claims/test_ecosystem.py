"""The experiments behind the claim on third-party code, C62: what fits which framework."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from fastapi import FastAPI
from flask import Flask
from pydantic import TypeAdapter
from werkzeug.test import create_environ

from sidebyside.hosts import Answer

Ask = Callable[..., Answer]


class WsgiStamp:
    """Middleware for one protocol."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, ("x-stamp", "wsgi")], *more)

        return self.inner(environ, start)


class AsgiStamp:
    """The same for the other."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Callable[..., Any]) -> None:
        async def stamped(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-stamp", b"asgi")]
            await send(message)

        await self.app(scope, receive, stamped)


class Extension:
    """A Flask extension, as its documentation advises to write one."""

    def init_app(self, app: Any) -> None:
        app.teardown_appcontext(lambda _: None)
        app.extensions["sample"] = self


def test_c62_middleware_fits_its_own_protocol(ask: Ask) -> None:
    flask, fastapi = Flask(__name__), FastAPI()
    flask.wsgi_app = WsgiStamp(flask.wsgi_app)  # type: ignore[method-assign]
    fastapi.add_middleware(AsgiStamp)
    assert ask(flask, "/").header("x-stamp") == "wsgi"
    assert ask(fastapi, "/").header("x-stamp") == "asgi"


def test_c62_and_not_the_other_one() -> None:
    wrapped: Any = WsgiStamp(FastAPI())  # type: ignore[arg-type]  # that it does not fit is the point
    with pytest.raises(TypeError):
        list(wrapped(create_environ("/"), lambda *_: None))


def test_c62_a_flask_extension_needs_flask() -> None:
    flask = Flask(__name__)
    Extension().init_app(flask)
    assert "sample" in flask.extensions
    with pytest.raises(AttributeError, match="teardown_appcontext"):
        Extension().init_app(FastAPI())


def test_c62_a_plain_library_runs_in_both(ask: Ask) -> None:
    flask, fastapi = Flask(__name__), FastAPI()
    whole = TypeAdapter(int)

    @flask.get("/")
    def flask_view() -> dict[str, int]:
        return {"seats": whole.validate_python("4")}

    @fastapi.get("/")
    async def fastapi_view() -> dict[str, int]:
        return {"seats": whole.validate_python("4")}

    assert json.loads(ask(flask, "/").body) == json.loads(ask(fastapi, "/").body) == {"seats": 4}
