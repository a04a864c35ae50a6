"""A blueprint made by a function, a counter class, and a WSGI class that forks off /raw/ in front of Flask."""

from __future__ import annotations

import json
import os
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

__all__ = ["create_app"]


class Counter:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def read(self) -> int:
        return self._count

    def step(self) -> int:
        with self._lock:
            self._count += 1
            return self._count


def line_test(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Tell what arrived; PATH_INFO is what follows /raw."""
    try:
        left = max(0, int(environ.get("CONTENT_LENGTH") or 0))
    except ValueError:
        left = 0
    size = crc = 0
    while left > 0:
        chunk = environ["wsgi.input"].read(min(left, 65536))
        if not chunk:
            break
        size, crc, left = size + len(chunk), zlib.crc32(chunk, crc), left - len(chunk)
    told = {
        "method": environ["REQUEST_METHOD"],
        "path": environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"),
        "query": environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8", "replace"),
        "bytes": size,
        "crc32": crc,
    }
    body = json.dumps(told).encode()
    major, minor = environ["wsgi.version"]
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("X-Protocol", f"wsgi/{major}.{minor}"),
    ]
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class Fork:
    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/raw/"):
            return self.inner(environ, start_response)
        below = {
            **environ,
            "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + "/raw",
            "PATH_INFO": path[len("/raw") :],
        }
        return line_test(below, start_response)


def make_blueprint(pier: str, version: str) -> Blueprint:
    pages = Blueprint("turnstiles", __name__)
    counter = Counter()

    @pages.get("/healthz", provide_automatic_options=False)
    def healthz() -> Response:
        return jsonify(status="ok", pier=pier, version=version)

    @pages.get("/passages", provide_automatic_options=False)
    def read() -> Response:
        return jsonify(passages=counter.read())

    @pages.post("/passages", provide_automatic_options=False)
    def step() -> tuple[Response, int]:
        return jsonify(passages=counter.step()), 201

    return pages


def tell_error(error: HTTPException) -> tuple[Response, int, list[tuple[str, str]]]:
    allow = [(k, v) for k, v in error.get_headers() if k.lower() == "allow"]
    return jsonify(error=(error.name or "error").lower()), error.code or 400, allow


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    given = {} if config is None else config
    pier = given["PIER"] if "PIER" in given else "Main"
    if "VERSION" in given:
        version = given["VERSION"]
    else:
        version = os.environ.get("TURNSTILE_VERSION") or "unknown"
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    app.register_blueprint(make_blueprint(pier, version))
    app.register_error_handler(HTTPException, tell_error)
    app.wsgi_app = Fork(app.wsgi_app)  # type: ignore[method-assign]
    with open("journal.txt", "a", encoding="utf-8") as journal:
        journal.write(f"built {pier}\n")
    return app
