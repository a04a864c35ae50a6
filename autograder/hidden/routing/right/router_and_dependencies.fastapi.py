"""The tool library's front door, in FastAPI: a router, and dependencies that read the parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, status
from fastapi.responses import JSONResponse
from pydantic import BaseModel, WithJsonSchema
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException as StarletteHTTPException

__all__ = ["create_app"]


# --- errors -----------------------------------------------------------------------------


class FrontDoorError(Exception):
    """A request that the front door refuses."""

    status_code = status.HTTP_400_BAD_REQUEST

    def body(self) -> dict[str, str]:
        raise NotImplementedError


class AddressNotFound(FrontDoorError):
    status_code = status.HTTP_404_NOT_FOUND

    def body(self) -> dict[str, str]:
        return {"error": "not found"}


class InvalidParameter(FrontDoorError):
    status_code = 422

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter

    def body(self) -> dict[str, str]:
        return {"error": "invalid parameter", "parameter": self.parameter}


async def answer_front_door_error(request: Request, exc: FrontDoorError) -> JSONResponse:
    return JSONResponse(exc.body(), status_code=exc.status_code)


async def answer_http_exception(request: Request, exc: StarletteHTTPException) -> JSONResponse:
    # The headers matter: a 405 brings its Allow along.
    content = {"error": exc.detail.lower()}
    return JSONResponse(content, status_code=exc.status_code, headers=exc.headers)


# --- reading numbers --------------------------------------------------------------------


@dataclass(frozen=True)
class WholeNumber:
    """A range of whole numbers, each of which has one spelling."""

    minimum: int
    maximum: int

    def parse(self, text: str) -> int:
        """Return the number, or raise ValueError."""
        if not re.fullmatch(r"-?[0-9]{1,7}", text):
            raise ValueError("not a number")
        number = int(text)
        if str(number) != text:
            raise ValueError("another spelling")
        if not self.minimum <= number <= self.maximum:
            raise ValueError("out of range")
        return number

    def schema(self, **more: object) -> WithJsonSchema:
        """Describe the range: the endpoints receive text, the client is told about integers."""
        return WithJsonSchema(
            {"type": "integer", "minimum": self.minimum, "maximum": self.maximum, **more}
        )


ITEM_IDS = WholeNumber(-1_000_000, 1_000_000)
PAGES = WholeNumber(1, 1000)


# --- dependencies -----------------------------------------------------------------------


def exact_address(request: Request) -> None:
    """Refuse a line break at the end, which the route's `$` lets pass: `/search%0A`."""
    if request.scope["path"].endswith("\n"):
        raise AddressNotFound


def known_item(item_id: Annotated[str, Path(), ITEM_IDS.schema()]) -> int:
    try:
        return ITEM_IDS.parse(item_id)
    except ValueError:
        raise AddressNotFound from None


def wanted_page(page: Annotated[str | None, Query(), PAGES.schema(default=1)] = None) -> int:
    if page is None:
        return 1
    try:
        return PAGES.parse(page)
    except ValueError:
        raise InvalidParameter("page") from None


def wanted_active(
    active: Annotated[
        str | None, Query(), WithJsonSchema({"type": "string", "enum": ["true", "false"]})
    ] = None,
) -> bool | None:
    match active:
        case None:
            return None
        case "true":
            return True
        case "false":
            return False
        case _:
            raise InvalidParameter("active")


def wanted_tags(tag: Annotated[list[str] | None, Query()] = None) -> list[str]:
    return tag or []


# --- routes -----------------------------------------------------------------------------


class Item(BaseModel):
    id: int
    url: str

    @classmethod
    def at(cls, number: int) -> Item:
        return cls(id=number, url=f"/items/{number}")


class File(BaseModel):
    path: str


class Search(BaseModel):
    page: int
    active: bool | None
    tags: list[str]


class Problem(BaseModel):
    error: Literal["invalid parameter"]
    parameter: Literal["page", "active"]


class TailConvertor(Convertor[str]):
    """All that is left of the path, at least one character, line breaks included."""

    regex = r"[\s\S]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("tail", TailConvertor())

items = APIRouter(prefix="/items", tags=["items"])
files = APIRouter(prefix="/files", tags=["files"])
searches = APIRouter(prefix="/search", tags=["search"])


@items.get("/latest", dependencies=[Depends(exact_address)])
async def read_latest() -> Item:
    return Item.at(ITEM_IDS.maximum)


@items.get("/{item_id}")
async def read_item(number: Annotated[int, Depends(known_item)]) -> Item:
    return Item.at(number)


@files.get("/{path:tail}")
async def read_file(path: str) -> File:
    return File(path=path)


@searches.get("", dependencies=[Depends(exact_address)], responses={422: {"model": Problem}})
async def search(
    page: Annotated[int, Depends(wanted_page)],
    active: Annotated[bool | None, Depends(wanted_active)],
    tags: Annotated[list[str], Depends(wanted_tags)],
) -> Search:
    return Search(page=page, active=active, tags=tags)


def create_app() -> FastAPI:
    """Build the app; it holds nothing that a second one would share."""
    app = FastAPI(title="Tool library", redirect_slashes=False)
    for router in (items, files, searches):
        app.include_router(router)
    app.add_exception_handler(FrontDoorError, answer_front_door_error)  # type: ignore[arg-type]
    app.add_exception_handler(StarletteHTTPException, answer_http_exception)  # type: ignore[arg-type]
    return app
