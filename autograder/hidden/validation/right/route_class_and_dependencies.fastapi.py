"""A route class that words every error, dependencies for header and form, validators of its own."""

# Written as a student might.
# ruff: noqa: D101, D102, D103

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypedDict

from fastapi import APIRouter, Body, Depends, FastAPI, Form, Header
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

KINDS = {
    "json_invalid": "malformed",
    "missing": "missing",
    "extra_forbidden": "unknown",
    "form": "format",
    "too_short": "length",
    "too_long": "length",
    "string_too_long": "length",
    "greater_than": "range",
    "greater_than_equal": "range",
    "less_than_equal": "range",
}


class Entry(TypedDict):
    field: str
    code: str


def refusal(status: int, *entries: Entry) -> JSONResponse:
    return JSONResponse({"errors": entries}, status)


class DeskRoute(APIRoute):
    media_type = "application/json"

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def worded(request: Request) -> Response:
            sent = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
            if sent != self.media_type:
                return refusal(415, Entry(field="content-type", code="unsupported"))
            try:
                return await handler(request)
            except RequestValidationError as error:
                return self.invalid(error)
            except HTTPException as error:
                return refusal(error.status_code, Entry(field="body", code="malformed"))

        return worded

    def invalid(self, error: RequestValidationError) -> Response:
        entries = [
            Entry(field=".".join(map(str, each["loc"][1:])) or "body", code=KINDS.get(each["type"], "type"))
            for each in error.errors()
        ]
        if entries[0]["code"] == "malformed":
            return refusal(400, Entry(field="body", code="malformed"))
        return refusal(422, *entries)


class FormRoute(DeskRoute):
    media_type = "application/x-www-form-urlencoded"


def formed(pattern: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise PydanticCustomError("form", "another form")
        return value

    return AfterValidator(check)


def plain(value: Any) -> Any:
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and str(int(value)) == value):
        raise PydanticCustomError("spelling", "another spelling")
    return value


Email = Annotated[str, Field(max_length=100), formed(r"[a-z0-9A-Z._+-]+@[a-z0-9A-Z-]+(\.[a-z0-9A-Z-]+)+")]
Note = Annotated[str | None, Field(max_length=500)]


class Seeds(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    sku: Annotated[str, formed(r"[A-Z]{3}-\d{4}")]
    quantity: Annotated[int, Field(ge=1, le=1000)]
    price: Annotated[float, Field(gt=0, le=10_000)]


class Order(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    email: Email
    items: Annotated[list[Seeds], Field(min_length=1, max_length=20)]
    note: Note = None


class Catalogue(BaseModel):
    email: Email
    copies: Annotated[int, Field(ge=1, le=5), BeforeValidator(plain)]
    note: Note = None
    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def without_empty_fields(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value != ""} if isinstance(data, dict) else data


def shop(x_shop: Annotated[int, Header(ge=1, le=999), BeforeValidator(plain)]) -> int:
    return x_shop


Shop = Annotated[int, Depends(shop)]
orders = APIRouter(route_class=DeskRoute)
catalogues = APIRouter(route_class=FormRoute)


@orders.post("/orders")
async def take(order: Annotated[Order, Body()], shop: Shop) -> JSONResponse:
    return JSONResponse({"shop": shop, **order.model_dump(mode="json")}, 201)


@catalogues.post("/catalogues")
async def send(form: Annotated[Catalogue, Form()], shop: Shop) -> JSONResponse:
    return JSONResponse({**form.model_dump(mode="json"), "shop": shop}, 201)


def create_app() -> FastAPI:
    app = FastAPI(title="Linden Seeds", docs_url=None)
    app.include_router(orders)
    app.include_router(catalogues)
    return app
