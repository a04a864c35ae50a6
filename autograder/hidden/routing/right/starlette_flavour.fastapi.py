"""The tool library's front door in FastAPI, built the way of a Starlette app: a table of routes, convertors for the
path, handlers given to the constructor."""

from __future__ import annotations

import re
from enum import Enum
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BeforeValidator
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

__all__ = ["create_app"]

NEWEST = 1_000_000
NUMBER = "0|-?[1-9][0-9]{0,6}"


class ItemIdConvertor(Convertor[int]):
    """A whole number in its one spelling; whether an item has it, the bounds of the parameter say."""

    regex = NUMBER

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("item_id", ItemIdConvertor())


class WholePathRoute(APIRoute):
    """A route that matches the whole path or nothing.

    Starlette ends its patterns with `$`, which also matches in front of a last newline, and its dot matches no
    newline at all. Here the end is the end, and the dot matches everything.
    """

    def __init__(self, path: str, endpoint: Any, **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        pattern = self.path_regex.pattern.removesuffix("$")
        self.path_regex = re.compile(pattern + r"\Z", re.DOTALL)


class Active(str, Enum):
    YES = "true"
    NO = "false"


def number_spelling(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(NUMBER, value) is None:
        raise ValueError("a whole number is spelled otherwise")
    return value


ItemId = Annotated[int, Path(ge=-1_000_000, le=1_000_000)]
Page = Annotated[int, Query(ge=1, le=1_000), BeforeValidator(number_spelling)]


def show_item(request: Request, item_id: ItemId) -> JSONResponse:
    url = request.app.url_path_for("item", item_id=item_id)
    return JSONResponse({"id": item_id, "url": str(url)})


def show_newest(request: Request) -> JSONResponse:
    return show_item(request, NEWEST)


def show_file(path: str) -> JSONResponse:
    if not path:
        raise HTTPException(404)
    return JSONResponse({"path": path})


def search(
    page: Page = 1,
    active: Active | None = None,
    tag: Annotated[list[str] | None, Query()] = None,
) -> JSONResponse:
    return JSONResponse({"page": page, "active": None if active is None else active is Active.YES, "tags": tag or []})


async def http_error(request: Request, error: HTTPException) -> Response:
    return JSONResponse({"error": error.detail.lower()}, error.status_code, error.headers)


async def validation_error(request: Request, error: RequestValidationError) -> Response:
    place, name, *_ = error.errors()[0]["loc"]
    if place == "path":
        return await http_error(request, HTTPException(404))
    return JSONResponse({"error": "invalid parameter", "parameter": name}, 422)


def create_app() -> FastAPI:
    """Build the app; it holds nothing that a second one would share."""
    app = FastAPI(
        title="Tool library",
        redirect_slashes=False,
        exception_handlers={HTTPException: http_error, RequestValidationError: validation_error},
    )
    app.router.route_class = WholePathRoute
    app.add_api_route("/items/latest", show_newest, methods=["GET"], name="newest")
    app.add_api_route("/items/{item_id:item_id}", show_item, methods=["GET"], name="item")
    app.add_api_route("/files/{path:path}", show_file, methods=["GET"], name="file")
    app.add_api_route("/search", search, methods=["GET"], name="search")
    return app
