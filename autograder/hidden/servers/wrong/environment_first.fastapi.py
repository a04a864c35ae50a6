"""Lets the environment win over the settings that the app was given.

Fails: test_a_version_of_its_own_comes_first
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

__all__ = ["create_app"]


@dataclass(slots=True)
class Pier:
    """What one app knows. Its handlers run on one event loop, and none waits while it counts."""

    name: str
    version: str
    passages: int = 0


class Health(BaseModel):
    """That the service is up, for which pier, and in which version."""

    status: str
    pier: str
    version: str


class Passages(BaseModel):
    """How many have gone through."""

    passages: int


def this_pier(request: Request) -> Pier:
    """The pier of the app that answers this request."""
    found: Pier = request.app.state.pier
    return found


ThisPier = Annotated[Pier, Depends(this_pier)]

router = APIRouter()


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def report_health(pier: ThisPier) -> Health:
    """Say that the service is up."""
    return Health(status="ok", pier=pier.name, version=pier.version)


@router.head("/passages", include_in_schema=False)
@router.get("/passages")
async def read_passages(pier: ThisPier) -> Passages:
    """Say how many have gone through."""
    return Passages(passages=pier.passages)


@router.post("/passages", status_code=201)
async def add_passage(pier: ThisPier) -> Passages:
    """Let one through."""
    pier.passages += 1
    return Passages(passages=pier.passages)


async def line_test(scope: Scope, receive: Receive, send: Send) -> None:
    """Tell a device what arrived: an app by itself, which knows nothing of FastAPI."""
    size = checksum = 0
    more = True
    while more:  # a long body comes in several messages
        message = await receive()
        piece = message.get("body", b"")
        size += len(piece)
        checksum = zlib.crc32(piece, checksum)
        more = message.get("more_body", False)
    answer = {
        "method": scope["method"],
        # The path is whole, and root_path says where this app is mounted.
        "path": scope["path"].removeprefix(scope["root_path"]),
        "query": scope["query_string"].decode("latin-1"),
        "bytes": size,
        "crc32": checksum,
    }
    content = json.dumps(answer).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
        (b"x-protocol", f"asgi/{scope['asgi']['version']}".encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def error_as_json(_request: Request, error: HTTPException) -> JSONResponse:
    """Keep the error's status and headers and word it as the contract does."""
    phrase = HTTPStatus(error.status_code).phrase.lower()
    return JSONResponse({"error": phrase}, status_code=error.status_code, headers=error.headers)


async def method_not_allowed(request: Request, error: HTTPException) -> JSONResponse:
    """List every method of the path in `Allow`: the router lists those of the first route that matches."""
    matching = [
        route
        for route in iter_route_contexts(request.app.routes)
        if route.matches(request.scope)[0] is Match.PARTIAL
    ]
    methods = {method for route in matching for method in route.methods or ()}
    error.headers = {"Allow": ", ".join(sorted(methods))}
    return await error_as_json(request, error)


def create_app(config: Mapping[str, str] | None = None) -> FastAPI:
    """Build the app of one pier; it holds nothing that another one would share.

    Args:
        config: `PIER` and `VERSION`, each with a default.
    """
    defaults = {"PIER": "Main", "VERSION": os.environ.get("TURNSTILE_VERSION") or "unknown"}
    settings = {**defaults, **(config or {})}
    app = FastAPI(
        title="Turnstiles",
        # Starlette's class, not FastAPI's subclass: the router itself raises the former for 404 and 405.
        exception_handlers={HTTPException: error_as_json, 405: method_not_allowed},
    )
    version = os.environ.get("TURNSTILE_VERSION") or settings["VERSION"]
    app.state.pier = Pier(settings["PIER"], version)
    app.include_router(router)
    app.mount("/raw", line_test)
    with Path("journal.txt").open("a", encoding="utf-8") as journal:
        journal.write(f"built {app.state.pier.name}\n")
    return app
