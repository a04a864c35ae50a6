"""MethodView classes, Pydantic's own JSON parser, two looks whose errors are put together."""

# Written as a student might.
# ruff: noqa: D101, D102, D103, D107

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from pydantic import AfterValidator, BaseModel, Field, StrictFloat, StrictInt, StrictStr, ValidationError
from pydantic_core import PydanticCustomError, from_json
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

LENGTHS = ("too_short", "too_long", "string_too_long")
RANGES = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")


def finite(value: float) -> float:
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN alone differs from itself
        raise PydanticCustomError("not_a_number", "not a number")
    return value


def whole(low: int, high: int) -> Any:
    def convert(text: str) -> int:
        if not text.isascii() or not text.isdigit() or str(int(text)) != text:
            raise PydanticCustomError("not_whole", "not a whole number")
        if not low <= int(text) <= high:
            raise PydanticCustomError("less_than", "out of range")
        return int(text)

    return AfterValidator(convert)


Email = Annotated[StrictStr, Field(max_length=100, pattern="^[a-zA-Z0-9._+-]+@([a-zA-Z0-9-]+[.])+[a-zA-Z0-9-]+$")]


class Closed(BaseModel, extra="forbid"):
    pass


class Item(Closed):
    sku: Annotated[StrictStr, Field(pattern="^[A-Z][A-Z][A-Z]-[0-9][0-9][0-9][0-9]$")]
    quantity: Annotated[StrictInt, Field(ge=1, le=1000)]
    price: Annotated[StrictFloat, AfterValidator(finite), Field(gt=0, le=10000)]


class Order(Closed):
    email: Email
    items: Annotated[list[Item], Field(min_length=1, max_length=20)]
    note: Annotated[StrictStr, Field(max_length=500)] | None = None


class Form(Closed):
    email: Email
    copies: Annotated[str, whole(1, 5)]
    note: Annotated[str, Field(max_length=500)] | None = None


class Headers(BaseModel):
    shop: Annotated[str, whole(1, 999)] = Field(alias="X-Shop")


class Refused(Exception):
    def __init__(self, status: int, *errors: tuple[str, str]) -> None:
        super().__init__()
        self.status = status
        self.errors = errors


def worded(error: ValidationError) -> list[tuple[str, str]]:
    found = []
    for each in error.errors(include_input=False):
        kind = each["type"]
        code: Literal["missing", "unknown", "length", "range", "format", "type"] = "type"
        if kind == "missing":
            code = "missing"
        elif kind == "extra_forbidden":
            code = "unknown"
        elif kind in LENGTHS:
            code = "length"
        elif kind in RANGES:
            code = "range"
        elif kind == "string_pattern_mismatch":
            code = "format"
        found.append((".".join(str(step) for step in each["loc"]), code))
    return found


class Desk(MethodView):
    kind: ClassVar[str]
    model: ClassVar[type[BaseModel]]

    def read(self) -> Any:
        raise NotImplementedError

    def post(self) -> ResponseReturnValue:
        if (request.content_type or "").split(";")[0].strip().lower() != self.kind:
            raise Refused(415, ("content-type", "unsupported"))
        data = self.read()
        errors: list[tuple[str, str]] = []
        answer: dict[str, Any] = {}
        try:
            answer["shop"] = Headers.model_validate(dict(request.headers.items())).shop
        except ValidationError as error:
            errors += [(field.lower(), code) for field, code in worded(error)]
        try:
            answer.update(self.model.model_validate(data).model_dump())
        except ValidationError as error:
            errors += worded(error)
        if errors:
            raise Refused(422, *errors)
        return jsonify(answer), 201


class Orders(Desk):
    kind = "application/json"
    model = Order

    def read(self) -> Any:
        if not request.data:
            raise Refused(422, ("body", "missing"))
        try:
            data = from_json(request.data)
        except ValueError:
            raise Refused(400, ("body", "malformed")) from None
        if type(data) is not dict:
            raise Refused(422, ("body", "type"))
        return data


class Catalogues(Desk):
    kind = "application/x-www-form-urlencoded"
    model = Form

    def read(self) -> Any:
        return {key: value for key, value in request.form.items() if value != ""}


def create_app() -> Flask:
    app = Flask("desk")
    app.config.from_mapping(MAX_CONTENT_LENGTH=100_000)
    app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
    app.add_url_rule("/catalogues", view_func=Catalogues.as_view("catalogues"))

    @app.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        return jsonify(errors=[{"field": field, "code": code} for field, code in error.errors]), error.status

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> ResponseReturnValue:
        if isinstance(error, RequestEntityTooLarge):
            return refused(Refused(413, ("body", "too_large")))
        return jsonify(errors=[{"field": "request", "code": error.name}]), error.code or 500

    return app
