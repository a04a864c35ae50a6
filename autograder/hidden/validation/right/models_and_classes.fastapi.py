"""FastAPI with an APIRouter whose route class looks at the request as a whole, models for body, form and header."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, FastAPI, Form, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError
from starlette.datastructures import FormData

__all__ = ["create_app"]


def whole(low: int, high: int) -> BeforeValidator:
    def check(value: Any) -> int:
        if not re.fullmatch(r"0|[1-9][0-9]*", value):
            raise PydanticCustomError("desk_type", "no whole number")
        if len(value) > 6 or not low <= int(value) <= high:
            raise PydanticCustomError("desk_range", "out of range")
        return int(value)

    return BeforeValidator(check)


def check_email(text: str) -> str:
    if len(text) > 100:
        raise PydanticCustomError("desk_length", "too long")
    if not re.fullmatch(r"[\w.+-]+@[A-Z\d-]+(\.[A-Z\d-]+)+", text, re.ASCII | re.IGNORECASE):
        raise PydanticCustomError("desk_format", "no address")
    return text


def check_sku(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}-[0-9]{4}", text):
        raise PydanticCustomError("desk_format", "no stock number")
    return text


Email = Annotated[str, AfterValidator(check_email)]
Note = Annotated[str, Field(max_length=500)]


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sku: Annotated[str, AfterValidator(check_sku)]
    quantity: int = Field(strict=True, ge=1, le=1000)
    price: float = Field(strict=True, gt=0, le=10000, allow_inf_nan=False)


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")
    email: Email
    items: list[Item] = Field(min_length=1, max_length=20)
    note: Note | None = None


class Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid")
    email: Email
    copies: Annotated[int, whole(1, 5)]
    note: Note | None = None


Shop = Annotated[int, whole(1, 999), Header(alias="x-shop")]


class Fault(Exception):
    def __init__(self, status: int, field: str, code: str) -> None:
        super().__init__(code)
        self.status, self.field, self.code = status, field, code


class Ascii(JSONResponse):
    def render(self, content: Any) -> bytes:
        return json.dumps(content).encode()


class SeedRequest(Request):
    async def json(self) -> Any:
        try:
            return json.loads((await self.body()).decode("utf-8"))
        except (ValueError, RecursionError):
            raise Fault(400, "body", "malformed") from None

    async def form(self, **limits: Any) -> FormData:  # type: ignore[override]
        text = (await self.body()).decode("utf-8", "replace")
        pairs = parse_qsl(text, keep_blank_values=True)
        return FormData([(k, v) for k, v in pairs if v or k not in Catalogue.model_fields])


class SeedRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()
        wanted = "application/json" if self.path == "/orders" else "application/x-www-form-urlencoded"

        async def handle(request: Request) -> Response:
            request = SeedRequest(request.scope, request.receive)
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
                raise Fault(415, "content-type", "unsupported")
            if wanted == "application/json":
                if not await request.body():
                    raise Fault(422, "body", "missing")
                if not isinstance(await request.json(), dict):
                    raise Fault(422, "body", "type")
            return await inner(request)

        return handle


router = APIRouter(route_class=SeedRoute, default_response_class=Ascii)


@router.post("/orders", status_code=201)
async def orders(order: Order, shop: Shop) -> dict[str, Any]:
    return {"shop": shop, **order.model_dump()}


@router.post("/catalogues", status_code=201)
async def catalogues(form: Annotated[Catalogue, Form()], shop: Shop) -> dict[str, Any]:
    return {"shop": shop, **form.model_dump()}


def code_of(kind: str) -> str:
    if kind.startswith("desk_"):
        return kind.removeprefix("desk_")
    if kind in ("missing", "extra_forbidden"):
        return "missing" if kind == "missing" else "unknown"
    if kind.endswith(("too_short", "too_long")):
        return "length"
    return "range" if kind.startswith(("greater_", "less_")) else "type"


async def on_invalid(request: Request, error: RequestValidationError) -> Response:
    entries = [
        {"field": ".".join(map(str, each["loc"][1:])), "code": code_of(each["type"])}
        for each in error.errors()
    ]
    return Ascii({"errors": entries}, 422)


async def on_fault(request: Request, fault: Fault) -> Response:
    return Ascii({"errors": [{"field": fault.field, "code": fault.code}]}, fault.status)


def create_app() -> FastAPI:
    app = FastAPI(title="Seed house")
    app.include_router(router)
    app.add_exception_handler(RequestValidationError, on_invalid)  # type: ignore[arg-type]
    app.add_exception_handler(Fault, on_fault)  # type: ignore[arg-type]
    return app
