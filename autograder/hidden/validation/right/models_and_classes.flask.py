"""Flask with MethodViews on a blueprint, Pydantic models with one custom validator each, one exception for all refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated, Any

from flask import Blueprint, Flask, Response, jsonify, request
from flask.views import MethodView
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError
from werkzeug.exceptions import RequestEntityTooLarge

__all__ = ["create_app"]

EMAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
SKU = re.compile(r"[A-Z]{3}-[0-9]{4}")


def matching(pattern: re.Pattern[str], limit: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if len(text) > limit and pattern is EMAIL:
            raise PydanticCustomError("length", "too long")
        if not pattern.fullmatch(text):
            raise PydanticCustomError("format", "no match")
        return text

    return check


def digits(low: int, high: int) -> BeforeValidator:
    def check(text: str) -> int:
        if not re.fullmatch(r"0|[1-9][0-9]*", text):
            raise PydanticCustomError("type", "no whole number")
        if len(text) > 9 or not low <= int(text) <= high:
            raise PydanticCustomError("range", "out of range")
        return int(text)

    return BeforeValidator(check)


Email = Annotated[str, AfterValidator(matching(EMAIL, 100))]
Sku = Annotated[str, AfterValidator(matching(SKU, 8))]
Note = Annotated[str, Field(max_length=500)]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Item(Closed):
    sku: Sku
    quantity: Annotated[int, Field(ge=1, le=1000)]
    price: Annotated[float, Field(gt=0, le=10000, allow_inf_nan=False)]


class Order(Closed):
    email: Email
    items: Annotated[list[Item], Field(min_length=1, max_length=20)]
    note: Note | None = None


class Catalogue(Closed):
    email: Email
    copies: Annotated[int, digits(1, 5)]
    note: Note | None = None


class Shop(BaseModel):
    shop: Annotated[int, digits(1, 999)] = Field(alias="x-shop")


class Refusal(Exception):
    def __init__(self, status: int, *entries: tuple[str, str]) -> None:
        super().__init__(status)
        self.status, self.entries = status, entries

    def answer(self) -> tuple[Response, int]:
        return jsonify(errors=[{"field": field, "code": code} for field, code in self.entries]), self.status


CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "length": "length",
    "too_short": "length",
    "too_long": "length",
    "string_too_long": "length",
    "range": "range",
    "greater_than": "range",
    "greater_than_equal": "range",
    "less_than_equal": "range",
    "format": "format",
}


def understand(model: type[Closed], sent: dict[str, Any]) -> dict[str, Any]:
    """Header and body together: the answer, or a refusal with all entries."""
    entries: list[tuple[str, str]] = []
    told: dict[str, Any] = {}
    header = {"x-shop": request.headers["X-Shop"]} if "X-Shop" in request.headers else {}
    for which, value in ((Shop, header), (model, sent)):
        try:
            told |= which.model_validate(value).model_dump()
        except ValidationError as error:
            for each in error.errors(include_url=False, include_context=False, include_input=False):
                field = ".".join(map(str, each["loc"]))
                entries.append((field, CODES.get(each["type"], "type")))
    if entries:
        raise Refusal(422, *entries)
    return told


class Desk(MethodView):
    init_every_request = False
    mimetype: str
    model: type[Closed]

    def read(self) -> dict[str, Any]:
        raise NotImplementedError

    def post(self) -> tuple[Response, int]:
        if request.mimetype != self.mimetype:
            raise Refusal(415, ("content-type", "unsupported"))
        return jsonify(understand(self.model, self.read())), 201


class Orders(Desk):
    mimetype, model = "application/json", Order

    def read(self) -> dict[str, Any]:
        raw = request.get_data()
        if not raw:
            raise Refusal(422, ("body", "missing"))
        try:
            sent = json.loads(raw.decode("utf-8"))
        except (ValueError, RecursionError):
            raise Refusal(400, ("body", "malformed")) from None
        if not isinstance(sent, dict):
            raise Refusal(422, ("body", "type"))
        return sent


class Catalogues(Desk):
    mimetype, model = "application/x-www-form-urlencoded", Catalogue

    def read(self) -> dict[str, Any]:
        return {k: v for k, v in request.form.items() if v or k not in Catalogue.model_fields}


def create_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 100_000
    desk = Blueprint("desk", __name__)
    desk.add_url_rule("/orders", view_func=Orders.as_view("orders"))
    desk.add_url_rule("/catalogues", view_func=Catalogues.as_view("catalogues"))
    app.register_blueprint(desk)
    app.register_error_handler(Refusal, Refusal.answer)
    app.register_error_handler(
        RequestEntityTooLarge, lambda _: Refusal(413, ("body", "too_large")).answer()
    )
    return app
