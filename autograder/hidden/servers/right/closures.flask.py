"""Everything in one function: the count is a closure's, and a small class stands in front of the app."""

# Written as a student might.
# ruff: noqa: D101, D102, D103

import json
import os
import threading
import zlib

from flask import Flask, jsonify, request

__all__ = ["create_app"]


def raw(environ, start_response):
    try:
        size = int(environ.get("CONTENT_LENGTH", ""))
    except ValueError:
        size = 0
    crc, left = 0, size
    while left:
        piece = environ["wsgi.input"].read(min(left, 4096))
        if not piece:
            break
        crc = zlib.crc32(piece, crc)
        left -= len(piece)
    text = json.dumps(
        {
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"][len("/raw") :].encode("latin-1").decode("utf-8"),
            "query": environ.get("QUERY_STRING", ""),
            "bytes": size - left,
            "crc32": crc,
        },
        ensure_ascii=False,
    ).encode("utf-8")
    major, minor = environ["wsgi.version"]
    headers = [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(text)))]
    start_response("200 OK", [*headers, ("X-Protocol", f"wsgi/{major}.{minor}")])
    yield text[:10]
    yield text[10:]


class RawFirst:
    def __init__(self, other):
        self.other = other

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"].startswith("/raw/"):
            return raw(environ, start_response)
        return self.other(environ, start_response)


def create_app(config=None):
    config = config or {}
    name = config.get("PIER", "Main")
    version = config.get("VERSION")
    if version is None:
        version = os.getenv("TURNSTILE_VERSION")
        if not version:
            version = "unknown"

    app = Flask("turnstiles")
    app.wsgi_app = RawFirst(app.wsgi_app)
    lock = threading.Lock()
    count = 0

    @app.route("/healthz")
    def healthz():
        return jsonify(status="ok", pier=name, version=version)

    @app.route("/passages", methods=["GET", "POST"])
    def passages():
        nonlocal count
        if request.method != "POST":
            return jsonify(passages=count)
        with lock:
            count += 1
            return jsonify(passages=count), 201

    @app.errorhandler(404)
    def not_found(error):
        return jsonify(error="not found"), 404

    @app.errorhandler(405)
    def wrong_method(error):
        return jsonify(error="method not allowed"), 405, {"Allow": ", ".join(error.valid_methods)}

    with open("journal.txt", "a") as file:
        print("built", name, file=file)
    return app
