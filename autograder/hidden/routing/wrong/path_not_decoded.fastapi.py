"""Takes the file's path from the raw URL, escapes and all.

Fails: test_a_file_path_is_decoded_once
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator
from starlette.exceptions import HTTPException

__all__ = ["create_app"]

LAST_ITEM: Final = 1_000_000
LAST_PAGE: Final = 1_000


def one_spelling(value: object) -> object:
    """Refuse what Pydantic would otherwise read as an integer: `7.0`, `007`, `+7`, `1_000`, ` 7`."""
    if isinstance(value, str) and not re.fullmatch(r"0|-?[1-9][0-9]*", value):
        message = "not a whole number in its one spelling"
        raise ValueError(message)
    return value


def true_or_false(value: object) -> object:
    """Refuse what Pydantic would otherwise read as a boolean: `1`, `yes`, `on`, `True`."""
    if isinstance(value, str) and value not in {"true", "false"}:
        message = "neither true nor false"
        raise ValueError(message)
    return value


# The validators stand last: in front of the bounds they would hide `minimum` and `maximum` from the document.
ItemId = Annotated[int, Path(ge=-LAST_ITEM, le=LAST_ITEM), BeforeValidator(one_spelling)]
FilePath = Annotated[str, Path(min_length=1)]
Page = Annotated[int, Query(ge=1, le=LAST_PAGE), BeforeValidator(one_spelling)]
Active = Annotated[bool | None, Query(), BeforeValidator(true_or_false)]
Tags = Annotated[list[str], Query(default_factory=list)]


class Item(BaseModel):
    """A tool, and where it is found."""

    id: int
    url: str


class File(BaseModel):
    """A document about a tool."""

    path: str


class Search(BaseModel):
    """A search as it was understood."""

    page: int
    active: bool | None
    tags: list[str]


class Problem(BaseModel):
    """What went wrong."""

    error: str


class InvalidParameter(Problem):
    """What went wrong, and which parameter is at fault."""

    parameter: str


router = APIRouter()


# Above read_item: the first template that matches wins, and `{item_id}` matches any segment.
@router.get("/items/latest")
async def read_latest_item(request: Request) -> Item:
    """Answer for the newest tool."""
    return await read_item(LAST_ITEM, request)


@router.get("/items/{item_id}", responses={404: {"model": Problem}})
async def read_item(item_id: ItemId, request: Request) -> Item:
    """Answer for one tool."""
    return Item(id=item_id, url=request.url_for("read_item", item_id=item_id).path)


@router.get("/files/{path:path}", responses={404: {"model": Problem}})
async def read_file(path: FilePath, request: Request) -> File:
    """Answer for one document."""
    return File(path=request.scope["raw_path"].decode().removeprefix("/files/"))


@router.get("/search", responses={422: {"model": InvalidParameter}})
async def search(tag: Tags, page: Page = 1, active: Active = None) -> Search:
    """Answer with the search as it was understood."""
    return Search(page=page, active=active, tags=tag)


async def http_error_as_json(_request: Request, error: HTTPException) -> JSONResponse:
    """Keep the error's status and headers (a 405 carries Allow) and word it as the contract does."""
    phrase = HTTPStatus(error.status_code).phrase.lower()
    return JSONResponse({"error": phrase}, status_code=error.status_code, headers=error.headers)


async def validation_error_as_json(_request: Request, error: RequestValidationError) -> JSONResponse:
    """A bad path value means that there is no such address; a bad query value is the client's to mend."""
    place, name = error.errors()[0]["loc"][:2]
    if place == "path":
        return JSONResponse({"error": "not found"}, status_code=404)
    return JSONResponse({"error": "invalid parameter", "parameter": name}, status_code=422)


def create_app() -> FastAPI:
    """Build the app; it holds nothing that a second one would share."""
    app = FastAPI(
        title="Tool library",
        redirect_slashes=False,
        exception_handlers={
            # Starlette's class, not FastAPI's subclass: the router itself raises the former for 404 and 405.
            HTTPException: http_error_as_json,
            RequestValidationError: validation_error_as_json,
        },
    )
    app.include_router(router)
    return app
