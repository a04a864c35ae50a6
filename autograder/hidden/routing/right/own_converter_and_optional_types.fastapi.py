"""A Starlette converter decides what an id is; bounds are declared on optional query parameters."""

# Written as a student might.
# ruff: noqa: ARG001, D101, D102, D103

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException


class WholeConvertor(Convertor[int]):
    regex = "1000000|-1000000|-?[1-9][0-9]{0,5}|0"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


class NameConvertor(Convertor[str]):
    regex = ".+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class Active(StrEnum):
    TRUE = "true"
    FALSE = "false"


register_url_convertor("whole", WholeConvertor())
register_url_convertor("name", NameConvertor())
items = APIRouter(prefix="/items", tags=["items"], redirect_slashes=False)
others = APIRouter(redirect_slashes=False)


@items.get("/{item_id:whole}")
async def read_item(item_id: Annotated[int, Path(ge=-1_000_000, le=1_000_000)]) -> dict[str, Any]:
    return {"id": item_id, "url": items.url_path_for("read_item", item_id=item_id)}


@items.get("/latest")
async def read_latest() -> dict[str, Any]:
    return await read_item(1_000_000)


@others.get("/files/{name:name}")
async def read_file(name: str) -> dict[str, Any]:
    return {"path": name}


@others.get("/search")
async def search(
    request: Request,
    page: Annotated[int | None, Query(ge=1, le=1000)] = None,
    active: Annotated[Active | None, Query()] = None,
    tag: Annotated[list[str] | None, Query()] = None,
) -> Any:
    text = request.query_params.get("page", "1")
    if not re.fullmatch("[1-9][0-9]*", text):
        return JSONResponse({"error": "invalid parameter", "parameter": "page"}, 422)
    found = None if active is None else active is Active.TRUE
    return {"page": page or 1, "active": found, "tags": tag or []}


def create_app() -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, redirect_slashes=False)
    app.include_router(items)
    app.include_router(others)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": error.detail.lower()}, error.status_code, dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"error": "invalid parameter", "parameter": error.errors()[0]["loc"][1]}, 422)

    return app
