"""One global app, plain functions, a model for the query, named types that the document refers to."""

# Written as a student might.
# ruff: noqa: ANN201, ARG001, D101, D103, FAST003

from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, Field
from starlette.exceptions import HTTPException as StarletteHTTPException
from typing_extensions import TypeAliasType


def spelled(text: Any) -> Any:
    if isinstance(text, str) and (not text.isascii() or len(text) > 8 or str(int(text)) != text):
        raise ValueError("another spelling")
    return text


def word(text: Any) -> Any:
    words = {"true": True, "false": False}
    if isinstance(text, str) and text not in words:
        raise ValueError("neither true nor false")
    return words[text] if isinstance(text, str) else text


Page = TypeAliasType("Page", Annotated[int, Field(gt=0, lt=1001), BeforeValidator(spelled)])


class Search(BaseModel):
    page: Page = 1
    active: Annotated[bool | None, BeforeValidator(word)] = None
    tag: list[str] = Field(default_factory=list)


app = FastAPI(redirect_slashes=False)


def known_item(
    item: Annotated[int, Path(alias="id", ge=-1_000_000, le=1_000_000), BeforeValidator(spelled)],
) -> int:
    return item


@app.get("/items/latest")
def latest():
    return {"id": 1_000_000, "url": "/items/1000000"}


@app.get("/items/{id}")
def item(number: Annotated[int, Depends(known_item)]):
    return {"url": f"/items/{number}", "id": number}


@app.get("/files/{name:path}")
def file(name: str):
    if not name:
        raise HTTPException(404)
    return {"path": name}


@app.get("/search")
def search(query: Annotated[Search, Query()]):
    return {"page": query.page, "active": query.active, "tags": query.tag}


@app.exception_handler(404)
async def not_found(request: Request, error: Exception):
    return JSONResponse({"error": "not found"}, 404)


@app.exception_handler(405)
async def not_allowed(request: Request, error: StarletteHTTPException):
    return JSONResponse({"error": "method not allowed"}, 405, headers=error.headers)


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, error: RequestValidationError):
    if request.url.path == "/search":
        return JSONResponse({"error": "invalid parameter", "parameter": error.errors()[0]["loc"][-1]}, 422)
    return JSONResponse({"error": "not found"}, 404)
