"""An APIRouter with a dependency on app.state, api_route for GET with HEAD, and a pure ASGI middleware for /raw/."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

__all__ = ["create_app"]


@dataclass
class Pier:
    name: str
    version: str
    count: int = 0


def the_pier(request: Request) -> Pier:
    return request.app.state.pier


ThePier = Annotated[Pier, Depends(the_pier)]
router = APIRouter()


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz(pier: ThePier) -> dict[str, str]:
    return {"status": "ok", "pier": pier.name, "version": pier.version}


@router.api_route("/passages", methods=["GET", "HEAD"])
async def read_passages(pier: ThePier) -> dict[str, int]:
    return {"passages": pier.count}


@router.post("/passages", status_code=201)
async def add_passage(pier: ThePier) -> dict[str, int]:
    pier.count += 1
    return {"passages": pier.count}


async def line_test(scope: Any, receive: Any, send: Any) -> None:
    """Tell what arrived; root_path ends in /raw here."""
    size = crc = 0
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return
        chunk = message.get("body", b"")
        size, crc = size + len(chunk), zlib.crc32(chunk, crc)
        more = message.get("more_body", False)
    told = {
        "method": scope["method"],
        "path": scope["path"][len(scope["root_path"]) :],
        "query": scope.get("query_string", b"").decode("utf-8", "replace"),
        "bytes": size,
        "crc32": crc,
    }
    body = json.dumps(told).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-protocol", f"asgi/{scope.get('asgi', {}).get('version', '3.0')}".encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


class Fork:
    """Send what lies below /raw/ to the line test, and strip the body of answers to HEAD."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        root = scope.get("root_path", "")
        root = root if root and scope["path"].startswith(root + "/") else ""
        if scope["path"].startswith(f"{root}/raw/"):
            await line_test({**scope, "root_path": f"{root}/raw"}, receive, send)
            return

        async def bare(message: Any) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(scope, receive, bare if scope["method"] == "HEAD" else send)


async def tell_error(request: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"error": error.detail.lower()}, error.status_code, headers=error.headers)


def create_app(config: Mapping[str, str] | None = None) -> FastAPI:
    given = {} if config is None else config
    version = given.get("VERSION")
    if version is None:
        version = os.environ.get("TURNSTILE_VERSION") or "unknown"
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.pier = Pier(given.get("PIER", "Main"), version)
    app.include_router(router)
    app.add_exception_handler(HTTPException, tell_error)  # type: ignore[arg-type]
    app.add_middleware(Fork)
    with open("journal.txt", "a", encoding="utf-8") as journal:
        print("built", app.state.pier.name, file=journal)
    return app
