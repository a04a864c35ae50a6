"""The journal is written in the lifespan; one route for GET and HEAD; the line test is a class."""

# Written as a student might.
# ruff: noqa: D101, D102, D103

from __future__ import annotations

import os
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request, status
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

__all__ = ["create_app"]


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    pier: str = Field("Main", alias="PIER")
    version: str = Field(
        default_factory=lambda: os.environ.get("TURNSTILE_VERSION") or "unknown", alias="VERSION"
    )


class Echo(BaseModel):
    method: str
    path: str
    query: str
    bytes: int
    crc32: int


class LineTest:
    """Reads a request message by message."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        size, crc, more = 0, 0, True
        while more:
            message = await receive()
            size += len(message["body"])
            crc = zlib.crc32(message["body"], crc)
            more = message["more_body"]
        path = scope["path"].removeprefix(scope["root_path"])
        query = scope["query_string"].decode("ascii")
        echo = Echo(method=scope["method"], path=path, query=query, bytes=size, crc32=crc)
        response = JSONResponse(echo.model_dump(), headers={"X-Protocol": f"asgi/{scope['asgi']['version']}"})
        await response(scope, receive, send)


def make_router(settings: Settings) -> APIRouter:
    router = APIRouter()
    passages: list[None] = []

    @router.api_route("/healthz", methods=["GET", "HEAD"], include_in_schema=False)
    async def health() -> dict[str, str]:
        return {"status": "ok", "pier": settings.pier, "version": settings.version}

    @router.api_route("/passages", methods=["GET", "HEAD"], include_in_schema=False)
    async def read() -> dict[str, int]:
        return {"passages": len(passages)}

    @router.post("/passages", status_code=status.HTTP_201_CREATED)
    async def add() -> dict[str, int]:
        passages.append(None)
        return await read()

    return router


async def problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, (StarletteHTTPException, HTTPException))
    words = {404: "not found", 405: "method not allowed"}
    told = words.get(error.status_code, str(error.detail))
    return JSONResponse({"error": told}, error.status_code, dict(error.headers or {}))


def create_app(config: Mapping[str, str] | None = None) -> FastAPI:
    settings = Settings(**(config or {}))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with open("journal.txt", "a", encoding="utf-8") as journal:
            journal.write(f"built {settings.pier}\n")
        yield

    app = FastAPI(lifespan=lifespan, redirect_slashes=False)
    app.include_router(make_router(settings))
    app.mount("/raw", LineTest())
    app.add_exception_handler(StarletteHTTPException, problem)
    return app
