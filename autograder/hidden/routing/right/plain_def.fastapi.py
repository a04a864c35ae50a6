"""The tool library's front door, in FastAPI: plain endpoints with declared parameters."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator
from starlette.exceptions import HTTPException
from starlette.routing import Route

__all__ = ["create_app"]

HIGHEST_ID = 1_000_000


def one_spelling(value: object) -> object:
    """Let only the canonical spelling of a whole number through to Pydantic."""
    if isinstance(value, str) and re.fullmatch("0|-?[1-9][0-9]*", value):
        return value
    raise ValueError("not the spelling of a whole number")


def true_or_false(value: object) -> object:
    """Pydantic would take `1`, `yes`, `TRUE` and more for a bool."""
    if value in ("true", "false"):
        return value
    raise ValueError("neither true nor false")


# The bounds stand first: behind the validator, they would be missing from the OpenAPI document.
ItemId = Annotated[int, Path(ge=-HIGHEST_ID, le=HIGHEST_ID), BeforeValidator(one_spelling)]
FilePath = Annotated[str, Path(min_length=1)]
Page = Annotated[int, Query(ge=1, le=1000), BeforeValidator(one_spelling)]
Active = Annotated[bool | None, Query(), BeforeValidator(true_or_false)]
Tags = Annotated[list[str], Query(alias="tag")]


def match_to_the_end(app: FastAPI) -> None:
    """Make the routes exact where a path holds a line break (`%0A`).

    The `$` of Starlette's patterns matches before a last line break as well, which makes
    `/search%0A` an address, and the `.` of `{path:path}` matches none at all.
    """
    for route in app.routes:
        if isinstance(route, Route):
            pattern = route.path_regex.pattern.removesuffix("$") + r"\Z"
            route.path_regex = re.compile(pattern, re.DOTALL)


def create_app() -> FastAPI:
    """Build the app; it holds nothing that a second one would share."""
    app = FastAPI(title="Tool library", redirect_slashes=False)

    @app.get("/items/latest")
    def read_latest() -> dict[str, object]:
        return {"id": HIGHEST_ID, "url": f"/items/{HIGHEST_ID}"}

    @app.get("/items/{item_id}")
    def read_item(item_id: ItemId) -> dict[str, object]:
        return {"id": item_id, "url": f"/items/{item_id}"}

    @app.get("/files/{path:path}")
    def read_file(path: FilePath) -> dict[str, object]:
        return {"path": path}

    @app.get("/search")
    def search(page: Page = 1, active: Active = None, tags: Tags = []) -> dict[str, object]:  # noqa: B006
        return {"page": page, "active": active, "tags": tags}

    @app.exception_handler(RequestValidationError)
    def refuse_value(_: Request, error: RequestValidationError) -> JSONResponse:
        where, name, *_rest = error.errors()[0]["loc"]
        if where == "path":
            return JSONResponse({"error": "not found"}, 404)
        return JSONResponse({"error": "invalid parameter", "parameter": name}, 422)

    @app.exception_handler(HTTPException)
    def refuse_request(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": error.detail.lower()}, error.status_code, error.headers)

    match_to_the_end(app)
    return app
