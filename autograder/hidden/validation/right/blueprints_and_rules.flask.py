"""Two blueprints, a subclassed request, and a small language of rules in place of a library."""

# Written as a student might.
# ruff: noqa: A001, D101, D102, D103, D107

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Flask, Request, abort, g, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

Errors = Iterator[tuple[str, str]]
Rule = Callable[[Any, str], Errors]


class DeskRequest(Request):
    max_content_length = 100_000  # type: ignore[assignment]

    def on_json_loading_failed(self, e: ValueError | None) -> Any:
        stop(415 if e is None else 400, "content-type" if e is None else "body", "unsupported" if e is None else "malformed")


def stop(status: int, name: str, code: str) -> None:
    abort(make_response({"errors": [{"field": name, "code": code}]}, status))


def text(most: int | None = None, pattern: str | None = None) -> Rule:
    def rule(value: Any, place: str) -> Errors:
        if not isinstance(value, str):
            yield place, "type"
        elif most is not None and len(value) > most:
            yield place, "length"
        elif pattern is not None and re.search(rf"\A(?:{pattern})\Z", value) is None:
            yield place, "format"

    return rule


def number(kinds: tuple[type, ...], fits: Callable[[Any], bool]) -> Rule:
    def rule(value: Any, place: str) -> Errors:
        if isinstance(value, bool) or not isinstance(value, kinds) or (isinstance(value, float) and not math.isfinite(value)):
            yield place, "type"
        elif not fits(value):
            yield place, "range"

    return rule


def spelled(low: int, high: int) -> Rule:
    def rule(value: Any, place: str) -> Errors:
        if re.search(r"\A(?:0|[1-9][0-9]*)\Z", value) is None:
            yield place, "type"
        elif len(value) > 9 or not low <= int(value) <= high:
            yield place, "range"

    return rule


def nullable(inner: Rule) -> Rule:
    return lambda value, place: iter(()) if value is None else inner(value, place)


def many(inner: Rule) -> Rule:
    def rule(value: Any, place: str) -> Errors:
        if not isinstance(value, list):
            yield place, "type"
        elif not 0 < len(value) < 21:
            yield place, "length"
        else:
            for index, each in enumerate(value):
                yield from inner(each, f"{place}.{index}")

    return rule


@dataclass(frozen=True)
class Shape:
    must: Mapping[str, Rule]
    may: Mapping[str, Rule] = field(default_factory=dict)

    def __call__(self, value: Any, place: str) -> Errors:
        if not isinstance(value, dict):
            yield place or "body", "type"
            return
        rules = {**self.must, **self.may}
        for name in {**rules, **value}:
            path = f"{place}.{name}" if place else name
            if name not in rules:
                yield path, "unknown"
            elif name in value:
                yield from rules[name](value[name], path)
            elif name in self.must:
                yield path, "missing"


EMAIL = text(100, r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
ITEM = Shape({
    "sku": text(pattern="[A-Z]{3}-[0-9]{4}"),
    "quantity": number((int,), lambda value: 1 <= value <= 1000),
    "price": number((int, float), lambda value: 0 < value <= 10000),
})
ORDER = Shape({"email": EMAIL, "items": many(ITEM)}, {"note": nullable(text(500))})
FORM = Shape({"email": EMAIL, "copies": spelled(1, 5)}, {"note": text(500)})

orders = Blueprint("orders", __name__, url_prefix="/orders")
catalogues = Blueprint("catalogues", __name__, url_prefix="/catalogues")


def judged(shape: Shape, data: Any) -> None:
    errors = [*g.shop_errors, *shape(data, "")]
    if errors:
        abort(make_response({"errors": [{"field": path, "code": code} for path, code in errors]}, 422))


@orders.post("")
def order() -> ResponseReturnValue:
    if request.mimetype == "application/json" and not request.data:
        stop(422, "body", "missing")
    try:
        data = request.json
    except RecursionError:
        stop(400, "body", "malformed")
    judged(ORDER, data)
    return {"shop": g.shop, "email": data["email"], "items": data["items"], "note": data.get("note")}, 201


@catalogues.post("")
def catalogue() -> ResponseReturnValue:
    if request.mimetype != "application/x-www-form-urlencoded":
        stop(415, "content-type", "unsupported")
    data = {name: value for name, value in request.form.to_dict().items() if value}
    judged(FORM, data)
    return jsonify({"note": None, **data, "copies": int(data["copies"]), "shop": g.shop}), 201


def read_shop() -> None:
    sent = request.headers.get("x-shop")
    g.shop_errors = [("x-shop", "missing")] if sent is None else list(spelled(1, 999)(sent, "x-shop"))
    g.shop = None if g.shop_errors else int(sent or 0)


def create_app() -> Flask:
    app = Flask(__name__)
    app.request_class = DeskRequest
    app.before_request(read_shop)
    app.register_blueprint(orders)
    app.register_blueprint(catalogues)

    @app.errorhandler(413)
    def too_large(_: HTTPException) -> ResponseReturnValue:
        return {"errors": [{"field": "body", "code": "too_large"}]}, 413

    return app
