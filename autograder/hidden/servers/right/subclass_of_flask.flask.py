"""A subclass of Flask that answers the line test itself; settings in a dataclass, routes in a blueprint."""

# Written as a student might.
# ruff: noqa: D101, D102, D103

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

__all__ = ["create_app"]


@dataclass
class State:
    pier: str
    version: str
    passages: int = 0
    lock: Lock = field(default_factory=Lock)


class Turnstiles(Flask):
    state: State

    def wsgi_app(self, environ: dict[str, Any], start_response: Any) -> Any:
        script, path = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
        if not path.startswith("/raw/"):
            return super().wsgi_app(environ, start_response)
        moved = {**environ, "SCRIPT_NAME": script + "/raw", "PATH_INFO": path.removeprefix("/raw")}
        return self.line_test(moved, start_response)

    @staticmethod
    def line_test(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        length = environ.get("CONTENT_LENGTH")
        data = environ["wsgi.input"].read(int(length)) if length else b""
        told = {
            "bytes": len(data),
            "crc32": zlib.crc32(data) & 0xFFFFFFFF,
            "query": environ["QUERY_STRING"],
            "method": environ["REQUEST_METHOD"],
            "path": bytes(environ["PATH_INFO"], "iso-8859-1").decode(errors="replace"),
        }
        out = json.dumps(told, indent=2).encode("ascii")
        start_response(
            "200 Fine",
            [
                ("X-Protocol", "wsgi/" + ".".join(str(each) for each in environ["wsgi.version"])),
                ("Content-Length", f"{len(out)}"),
                ("Content-Type", "application/json"),
            ],
        )
        return [out]


def state() -> State:
    assert isinstance(current_app, Turnstiles) or hasattr(current_app, "state")
    return current_app.state  # type: ignore[attr-defined, no-any-return]


def create_app(config: Any = None) -> Turnstiles:
    given = dict(config or {})
    version = given.get("VERSION", os.environ.get("TURNSTILE_VERSION", "") or "unknown")
    app = Turnstiles(__name__)
    app.state = State(given.get("PIER", "Main"), version)
    routes = Blueprint("routes", __name__)

    @routes.route("/healthz", methods=["GET", "HEAD"])
    def health() -> dict[str, str]:
        return {"status": "ok", "pier": state().pier, "version": state().version}

    @routes.get("/passages")
    def passages() -> dict[str, int]:
        return {"passages": state().passages}

    @routes.post("/passages")
    def passage() -> Response:
        with state().lock:
            state().passages += 1
            body = json.dumps({"passages": state().passages})
        return Response(body, status=201, content_type="application/json")

    app.register_blueprint(routes)

    @app.errorhandler(NotFound)
    def not_found(_: NotFound) -> tuple[dict[str, str], int]:
        return {"error": "not found"}, 404

    @app.errorhandler(MethodNotAllowed)
    def not_allowed(error: MethodNotAllowed) -> tuple[dict[str, str], int, Any]:
        headers = [each for each in error.get_headers() if each[0] == "Allow"]
        assert request.method not in (error.valid_methods or ())
        return {"error": "method not allowed"}, 405, headers

    file = os.open("journal.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(file, f"built {app.state.pier}\n".encode())
    os.close(file)
    return app
