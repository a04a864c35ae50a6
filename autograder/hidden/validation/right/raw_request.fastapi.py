"""Reads the request by hand in `async def` functions, validates both parts at once, documents the body itself."""

# Written as a student might.
# ruff: noqa: D101, D102, D103

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

CODES = {
    "missing": "missing", "extra_forbidden": "unknown", "string_pattern_mismatch": "format",
    "greater_than": "range", "greater_than_equal": "range", "less_than_equal": "range",
    "too_short": "length", "too_long": "length", "string_too_long": "length",
}


def digits(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and (value == "0" or value[0] != "0"):
        return int(value)
    message = "no whole number"
    raise ValueError(message)


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Item(Model):
    sku: str = Field(pattern=r"\A[A-Z]{3}-[0-9]{4}\z")
    quantity: int = Field(ge=1, le=1000)
    price: float = Field(gt=0, le=10000, allow_inf_nan=False)


class Order(Model):
    email: str = Field(max_length=100, pattern=r"\A[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\z")
    items: list[Item] = Field(min_length=1, max_length=20)
    note: str | None = Field(default=None, max_length=500)


class Catalogue(Model):
    email: str = Field(max_length=100, pattern=r"\A[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\z")
    copies: Annotated[int, BeforeValidator(digits)] = Field(ge=1, le=5)
    note: str | None = Field(default=None, max_length=500)


SHOP: TypeAdapter[int] = TypeAdapter(Annotated[int, BeforeValidator(digits), Field(ge=1, le=999)])


def reply(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status, media_type="application/json")


def fault(status: int, field: str, code: str) -> Response:
    return reply(status, {"errors": [{"field": field, "code": code}]})


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def judge(request: Request, model: type[Model], data: Any) -> Response:
    errors: list[dict[str, str]] = []
    answer: dict[str, Any] = {}
    shop = request.headers.get("x-shop")
    if shop is None:
        errors.append({"field": "x-shop", "code": "missing"})
    else:
        try:
            answer["shop"] = SHOP.validate_python(shop)
        except ValidationError as error:
            errors.append({"field": "x-shop", "code": CODES.get(error.errors()[0]["type"], "type")})
    try:
        answer |= model.model_validate(data).model_dump()
    except ValidationError as error:
        for each in error.errors():
            field = ".".join(map(str, each["loc"])) or "body"
            errors.append({"field": field, "code": CODES.get(each["type"], "type")})
    return reply(422, {"errors": errors}) if errors else reply(201, answer)


def described(model: type[Model], media: str) -> dict[str, Any]:
    schema = model.model_json_schema()
    for name, inner in schema.pop("$defs", {}).items():
        text = json.dumps(schema).replace(f'{{"$ref": "#/$defs/{name}"}}', json.dumps(inner))
        schema = json.loads(text)
    return {"requestBody": {"required": True, "content": {media: {"schema": schema}}}}


app = FastAPI()


@app.post("/orders", status_code=201, openapi_extra=described(Order, "application/json"))
async def orders(request: Request) -> Response:
    if media_type(request) != "application/json":
        return fault(415, "content-type", "unsupported")
    body = await request.body()
    if not body:
        return fault(422, "body", "missing")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return fault(400, "body", "malformed")
    if not isinstance(data, dict):
        return fault(422, "body", "type")
    return judge(request, Order, data)


@app.post("/catalogues", status_code=201)
async def catalogues(request: Request) -> Response:
    if media_type(request) != "application/x-www-form-urlencoded":
        return fault(415, "content-type", "unsupported")
    body = await request.body()
    return judge(request, Catalogue, dict(parse_qsl(body.decode("utf-8", "replace"))))
