"""The tool library's front door in FastAPI: coroutines, and models for what comes in and what goes out."""

import re
from functools import lru_cache
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException as StarletteHTTPException

__all__ = ["create_app"]


class Settings(BaseModel):
    """What the library may change one day."""

    model_config = ConfigDict(frozen=True)

    title: str = "Tool library"
    lowest_id: int = -1_000_000
    highest_id: int = 1_000_000
    last_page: int = 1_000


@lru_cache
def get_settings() -> Settings:
    return Settings()


CONFIG = get_settings()


class AnyText(Convertor[str]):
    """The rest of the path, newlines too (`path` stops in front of them)."""

    regex = r"[\s\S]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("anytext", AnyText())


def one_spelling(value: Any) -> Any:
    """Let a number pass only if it stands there as it would be printed."""
    if isinstance(value, str) and not re.fullmatch(r"0|-?[1-9][0-9]{0,17}", value):
        raise ValueError("not the spelling of a whole number")
    return value


# The validator has to stand behind the bounds, so that they stay those of the integer in the OpenAPI document.
Spelled = BeforeValidator(one_spelling)
ItemId = Annotated[int, Path(ge=CONFIG.lowest_id, le=CONFIG.highest_id), Spelled]
PageNumber = Annotated[int, Field(ge=1, le=CONFIG.last_page), Spelled]


class SearchParameters(BaseModel):
    page: PageNumber = 1
    active: Literal["true", "false"] | None = None
    tag: list[str] = Field(default_factory=list)


class Item(BaseModel):
    id: int
    url: str


class File(BaseModel):
    path: str


class Search(BaseModel):
    page: int
    active: bool | None
    tags: list[str]


async def exact_address(request: Request) -> None:
    """Refuse `/search%0A`: a route's pattern ends in `$`, which looks past one last newline."""
    if request.scope["path"].endswith("\n"):
        raise HTTPException(404)


def not_found() -> JSONResponse:
    return JSONResponse({"error": "not found"}, status_code=404)


async def answer_http_error(request: Request, error: StarletteHTTPException) -> JSONResponse:
    if error.status_code == 404:
        return not_found()
    return JSONResponse({"error": error.detail.lower()}, status_code=error.status_code, headers=error.headers)


async def answer_validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
    where, parameter = error.errors()[0]["loc"][:2]
    if where == "path":
        return not_found()
    return JSONResponse({"error": "invalid parameter", "parameter": parameter}, status_code=422)


def create_app() -> FastAPI:
    """Build the app; it holds nothing that a second one would share."""
    app = FastAPI(title=CONFIG.title, redirect_slashes=False)
    app.add_exception_handler(StarletteHTTPException, answer_http_error)
    app.add_exception_handler(RequestValidationError, answer_validation_error)

    # Stands in front of `/items/{item_id}`, which would take the word for a misspelled id.
    @app.get("/items/latest", dependencies=[Depends(exact_address)])
    async def read_latest(settings: Annotated[Settings, Depends(get_settings)]) -> Item:
        return await read_item(settings.highest_id)

    @app.get("/items/{item_id}")
    async def read_item(item_id: ItemId) -> Item:
        return Item(id=item_id, url=f"/items/{item_id}")

    @app.get("/files/{path:anytext}")
    async def read_file(path: str) -> File:
        return File(path=path)

    @app.get("/search", dependencies=[Depends(exact_address)])
    async def search(wanted: Annotated[SearchParameters, Query()]) -> Search:
        active = None if wanted.active is None else wanted.active == "true"
        return Search(page=wanted.page, active=active, tags=wanted.tag)

    return app
