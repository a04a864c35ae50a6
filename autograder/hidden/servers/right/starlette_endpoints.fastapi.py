"""Starlette's endpoint classes, whose HEAD is their GET; the line test stands in a middleware in front."""

# Written as a student might.
# ruff: noqa: D101, D102, D103

from __future__ import annotations

import json
import os
import zlib
from typing import Any

from fastapi import FastAPI
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

__all__ = ["create_app"]


class Health(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        state = request.app.state
        return JSONResponse({"status": "ok", "pier": state.pier, "version": state.version})


class Passages(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        return JSONResponse({"passages": request.app.state.passages})

    async def post(self, request: Request) -> Response:
        request.app.state.passages += 1
        return JSONResponse({"passages": request.app.state.passages}, status_code=201)


class LineTest:
    def __init__(self, app: Any, prefix: str) -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.prefix + "/"):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        pieces = [piece async for piece in request.stream()]
        body = b"".join(pieces)
        told = {
            "method": request.method,
            "path": scope["path"].removeprefix(self.prefix),
            "query": request.url.query,
            "bytes": len(body),
            "crc32": zlib.crc32(body),
        }
        response = Response(json.dumps(told, ensure_ascii=False), media_type="application/json")
        response.headers["x-protocol"] = f"asgi/{scope['asgi']['version']}"
        await response(scope, receive, send)


async def as_json(request: Request, error: Any) -> Response:
    return JSONResponse({"error": error.detail.lower()}, error.status_code, headers=error.headers)


def create_app(config: dict[str, str] | None = None) -> FastAPI:
    app = FastAPI()
    app.state.pier = (config or {}).get("PIER", "Main")
    app.state.version = (config or {}).get("VERSION") or os.environ.get("TURNSTILE_VERSION") or "unknown"
    app.state.passages = 0
    app.add_route("/healthz", Health)
    app.add_route("/passages", Passages)
    app.add_middleware(LineTest, prefix="/raw")
    app.add_exception_handler(HTTPException, as_json)
    with open("journal.txt", "a") as journal:
        journal.write("built " + app.state.pier + "\n")
    return app
