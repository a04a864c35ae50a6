"""Everything in one function: plain `def` handlers with a lock, since they run on several threads."""

# Written as a student might.
# ruff: noqa: D101, D102, D103

import json
import os
import threading
import zlib

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

__all__ = ["create_app"]


async def raw(scope, receive, send):
    assert scope["type"] == "http"
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    text = json.dumps(
        {
            "method": scope["method"],
            "path": scope["path"][len("/raw") :],
            "query": scope["query_string"].decode(),
            "bytes": len(body),
            "crc32": zlib.crc32(body),
        },
        ensure_ascii=False,
    ).encode()
    headers = {
        "content-type": "application/json",
        "content-length": str(len(text)),
        "x-protocol": "asgi/" + scope["asgi"]["version"],
    }
    encoded = [(key.encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": encoded})
    await send({"type": "http.response.body", "body": text[:7], "more_body": True})
    await send({"type": "http.response.body", "body": text[7:]})


def create_app(config=None):
    config = config or {}
    pier = config.get("PIER", "Main")
    version = config["VERSION"] if "VERSION" in config else os.getenv("TURNSTILE_VERSION") or "unknown"
    lock = threading.Lock()
    count = 0

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    def healthz():
        return {"status": "ok", "pier": pier, "version": version}

    @app.get("/passages")
    def passages():
        return {"passages": count}

    @app.post("/passages")
    def passage(response: Response):
        nonlocal count
        with lock:
            count += 1
            response.status_code = 201
            return {"passages": count}

    app.head("/healthz")(healthz)
    app.head("/passages")(passages)
    app.mount("/raw", raw)

    @app.exception_handler(404)
    def not_found(request, error):
        return JSONResponse({"error": "not found"}, 404)

    @app.exception_handler(405)
    def wrong_method(request, error):
        return JSONResponse({"error": "method not allowed"}, 405, error.headers)

    with open("journal.txt", "a") as file:
        print("built", pier, file=file)
    return app
