"""Reads the body without its length: this server waits for more for ever.

Fails: test_an_address_that_only_begins_alike_is_not_raw, test_the_line_test_takes_every_method, test_the_line_test_tells_the_path_below_raw, test_the_line_test_tells_the_query_as_it_stands, test_the_line_test_reads_the_whole_body, test_the_line_test_needs_no_body, test_the_line_test_says_how_long_its_answer_is, test_the_line_test_names_the_protocol
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Blueprint, Flask, current_app
from werkzeug import Response
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.dispatcher import DispatcherMiddleware

__all__ = ["create_app"]


class Turnstile:
    """Counts passages. Requests come on several threads, hence the lock."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._passages = 0

    @property
    def passages(self) -> int:
        """How many have gone through."""
        return self._passages

    def let_through(self) -> int:
        """Count one more, and say which number it was."""
        with self._lock:
            self._passages += 1
            return self._passages


pier = Blueprint("pier", __name__)


def turnstile() -> Turnstile:
    """The turnstile of the app that answers this request."""
    found: Turnstile = current_app.extensions["turnstile"]
    return found


@pier.get("/healthz")
def report_health() -> dict[str, str]:
    """Say that the service is up, for which pier, and in which version."""
    config = current_app.config
    return {"status": "ok", "pier": config["PIER"], "version": config["VERSION"]}


@pier.get("/passages")
def read_passages() -> dict[str, int]:
    """Say how many have gone through."""
    return {"passages": turnstile().passages}


@pier.post("/passages")
def add_passage() -> tuple[dict[str, int], int]:
    """Let one through."""
    return {"passages": turnstile().let_through()}, 201


def line_test(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Tell a device what arrived: an app by itself, which knows nothing of Flask."""
    body = environ["wsgi.input"].read()
    answer = {
        "method": environ["REQUEST_METHOD"],
        # PATH_INFO holds bytes, each written as one character.
        "path": environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
        "query": environ["QUERY_STRING"],
        "bytes": len(body),
        "crc32": zlib.crc32(body),
    }
    content = json.dumps(answer).encode()
    protocol = ".".join(map(str, environ["wsgi.version"]))
    start_response(
        "200 OK",
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(content))),
            ("X-Protocol", f"wsgi/{protocol}"),
        ],
    )
    return [content]


def error_as_json(error: HTTPException) -> Response:
    """Keep the error's status and headers (a 405 carries Allow) and replace its HTML."""
    response = error.get_response()
    response.data = json.dumps({"error": error.name.lower()})
    response.content_type = "application/json"
    return response


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    """Build the app of one pier; it holds nothing that another one would share.

    Args:
        config: `PIER` and `VERSION`, each with a default.
    """
    app = Flask(__name__)
    app.config.from_mapping(PIER="Main", VERSION=os.environ.get("TURNSTILE_VERSION") or "unknown")
    app.config.from_mapping(config)
    app.extensions["turnstile"] = Turnstile()
    app.register_blueprint(pier)
    app.register_error_handler(HTTPException, error_as_json)
    # What a server calls goes through this attribute: the place for WSGI code around the app.
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/raw": line_test})  # type: ignore[method-assign]
    with Path("journal.txt").open("a", encoding="utf-8") as journal:
        journal.write(f"built {app.config['PIER']}\n")
    return app
