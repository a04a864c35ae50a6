"""Class-based views that are given what they serve; the line test reads through Werkzeug's request."""

# Written as a student might.
# ruff: noqa: D101, D102, D103

from __future__ import annotations

import itertools
import json
import zlib
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, jsonify, make_response
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Request, Response

__all__ = ["create_app"]


class Counter:
    def __init__(self) -> None:
        self._next = itertools.count(1)
        self.value = 0

    def add(self) -> int:
        self.value = number = next(self._next)
        return number


class Health(MethodView):
    def __init__(self, pier: str, version: str) -> None:
        self.pier = pier
        self.version = version

    def get(self) -> ResponseReturnValue:
        return {"status": "ok", "pier": self.pier, "version": self.version}


class Passages(MethodView):
    init_every_request = False

    def __init__(self, counter: Counter) -> None:
        self.counter = counter

    def get(self) -> ResponseReturnValue:
        return jsonify(passages=self.counter.value)

    def post(self) -> ResponseReturnValue:
        return make_response(jsonify(passages=self.counter.add()), 201)


@Request.application
def line_test(request: Request) -> Response:
    body = request.get_data()
    version = "{}.{}".format(*request.environ["wsgi.version"])
    answer = {
        "method": request.method,
        "path": request.path,
        "query": request.query_string.decode("latin-1"),
        "bytes": len(body),
        "crc32": zlib.crc32(body),
    }
    return Response(
        json.dumps(answer), mimetype="application/json", headers={"X-Protocol": f"wsgi/{version}"}
    )


def handle(error: HTTPException) -> ResponseReturnValue:
    response = jsonify(error=(error.name or "").lower())
    response.status_code = error.code or 500
    for key, value in error.get_headers():
        if key != "Content-Type":
            response.headers[key] = value
    return response


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config.from_prefixed_env("TURNSTILE", loads=str)
    app.config.setdefault("PIER", "Main")
    app.config["VERSION"] = app.config.get("VERSION") or "unknown"
    app.config.update(config or {})

    health = Health.as_view("health", app.config["PIER"], app.config["VERSION"])
    app.add_url_rule("/healthz", view_func=health)
    app.add_url_rule("/passages", view_func=Passages.as_view("passages", Counter()))
    app.register_error_handler(HTTPException, handle)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/raw": line_test})  # type: ignore[method-assign]

    journal = Path.cwd() / "journal.txt"
    before = journal.read_text() if journal.exists() else ""
    journal.write_text(f"{before}built {app.config['PIER']}\n")
    return app
