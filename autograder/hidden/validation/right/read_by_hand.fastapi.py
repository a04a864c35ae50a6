"""FastAPI async with the Request read by hand, generators of faults, the document written with openapi_extra."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import FastAPI, Request
from starlette.responses import Response

__all__ = ["create_app"]

Faults = Iterator[tuple[str, str]]

TEXT = {"type": "string"}
ITEM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["sku", "quantity", "price"],
    "properties": {
        "sku": TEXT,
        "quantity": {"type": "integer", "minimum": 1, "maximum": 1000},
        "price": {"type": "number", "exclusiveMinimum": 0, "maximum": 10000},
    },
}
ORDER = {
    "type": "object",
    "additionalProperties": False,
    "required": ["email", "items"],
    "properties": {
        "email": {"type": "string", "maxLength": 100},
        "items": {"type": "array", "minItems": 1, "maxItems": 20, "items": ITEM},
        "note": {"anyOf": [{"type": "string", "maxLength": 500}, {"type": "null"}]},
    },
}
DOCUMENT = {"requestBody": {"required": True, "content": {"application/json": {"schema": ORDER}}}}


def answer(status: int, content: Any) -> Response:
    return Response(json.dumps(content), status, media_type="application/json")


def refuse(status: int, *faults: tuple[str, str]) -> Response:
    return answer(status, {"errors": [{"field": field, "code": code} for field, code in faults]})


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";", 1)[0].strip().lower()


def whole(field: str, text: str, highest: int) -> Faults:
    if not re.fullmatch("0|[1-9][0-9]*", text):
        yield field, "type"
    elif len(text) > 5 or int(text) not in range(1, highest + 1):
        yield field, "range"


def shop_faults(request: Request) -> Faults:
    text = request.headers.get("x-shop")
    if text is None:
        yield "x-shop", "missing"
    else:
        yield from whole("x-shop", text, 999)


def key_faults(value: dict[str, Any], needed: set[str], free: set[str], way: str = "") -> Faults:
    yield from ((way + key, "missing") for key in needed - value.keys())
    yield from ((way + key, "unknown") for key in value.keys() - needed - free)


def email_faults(value: Any) -> Faults:
    if not isinstance(value, str):
        yield "email", "type"
    elif len(value) > 100:
        yield "email", "length"
    elif not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", value):
        yield "email", "format"


def note_faults(value: Any) -> Faults:
    match value:
        case None:
            pass
        case str():
            if len(value) > 500:
                yield "note", "length"
        case _:
            yield "note", "type"


def item_faults(item: Any, way: str) -> Faults:
    if not isinstance(item, dict):
        yield way, "type"
        return
    yield from key_faults(item, {"sku", "quantity", "price"}, set(), way + ".")
    match item:
        case {"sku": str(sku)}:
            if not re.fullmatch("[A-Z]{3}-[0-9]{4}", sku):
                yield way + ".sku", "format"
        case {"sku": _}:
            yield way + ".sku", "type"
    match item:
        case {"quantity": bool()}:
            yield way + ".quantity", "type"
        case {"quantity": int(quantity)}:
            if not 1 <= quantity <= 1000:
                yield way + ".quantity", "range"
        case {"quantity": _}:
            yield way + ".quantity", "type"
    match item:
        case {"price": bool()}:
            yield way + ".price", "type"
        case {"price": int(price) | float(price)}:
            if price != price or abs(price) == float("inf"):
                yield way + ".price", "type"
            elif not 0 < price <= 10000:
                yield way + ".price", "range"
        case {"price": _}:
            yield way + ".price", "type"


def order_faults(order: dict[str, Any]) -> Faults:
    yield from key_faults(order, {"email", "items"}, {"note"})
    if "email" in order:
        yield from email_faults(order["email"])
    yield from note_faults(order.get("note"))
    match order:
        case {"items": list(items)} if 1 <= len(items) <= 20:
            for position, item in enumerate(items):
                yield from item_faults(item, f"items.{position}")
        case {"items": list()}:
            yield "items", "length"
        case {"items": _}:
            yield "items", "type"


def fields_of(raw: bytes) -> dict[str, str]:
    fields: dict[str, str] = {}
    for pair in raw.split(b"&"):
        if pair:
            key, _, value = (unquote_to_bytes(x.replace(b"+", b" ")).decode("utf-8", "replace") for x in partition(pair))
            fields.setdefault(key, value)
    return {k: v for k, v in fields.items() if v or k not in {"email", "copies", "note"}}


def partition(pair: bytes) -> tuple[bytes, bytes, bytes]:
    return pair.partition(b"=")


async def take_order(request: Request) -> Response:
    if media_type(request) != "application/json":
        return refuse(415, ("content-type", "unsupported"))
    raw = await request.body()
    if raw == b"":
        return refuse(422, ("body", "missing"))
    try:
        order = json.loads(raw.decode())
    except (ValueError, RecursionError):
        return refuse(400, ("body", "malformed"))
    if not isinstance(order, dict):
        return refuse(422, ("body", "type"))
    if faults := [*shop_faults(request), *order_faults(order)]:
        return refuse(422, *faults)
    return answer(201, {"shop": int(request.headers["x-shop"]), "note": None} | order)


async def take_form(request: Request) -> Response:
    if media_type(request) != "application/x-www-form-urlencoded":
        return refuse(415, ("content-type", "unsupported"))
    form = fields_of(await request.body())
    faults = [*shop_faults(request), *key_faults(form, {"email", "copies"}, {"note"}), *note_faults(form.get("note"))]
    if "email" in form:
        faults += email_faults(form["email"])
    if "copies" in form:
        faults += whole("copies", form["copies"], 5)
    if faults:
        return refuse(422, *faults)
    told = {"shop": int(request.headers["x-shop"]), "note": None} | form
    return answer(201, {**told, "copies": int(form["copies"])})


def create_app() -> FastAPI:
    app = FastAPI(title="Seed house")
    app.add_api_route("/orders", take_order, methods=["POST"], status_code=201, openapi_extra=DOCUMENT)
    app.add_api_route("/catalogues", take_form, methods=["POST"], status_code=201)
    return app
