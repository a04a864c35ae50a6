"""Matches addresses with Python's `$`, which also matches before a last line break.

Fails: test_addresses_and_stock_numbers_have_a_form, test_a_form_is_held_to_the_same_rules
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Final, TypeVar

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import PydanticCustomError
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

__all__ = ["create_app"]

LONGEST_BODY: Final = 100_000
CODES: Final = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "too_short": "length",
    "too_long": "length",
    "string_too_long": "length",
    "greater_than": "range",
    "greater_than_equal": "range",
    "less_than_equal": "range",
    "string_pattern_mismatch": "format",
}
"""Pydantic's words for a fault, and the contract's; whatever else Pydantic finds is a wrong type."""

M = TypeVar("M", bound=BaseModel)


def one_spelling(value: object) -> object:
    """Refuse what Pydantic would otherwise read as an integer: `5.0`, `05`, `+5`, `1_0`, ` 5`."""
    if isinstance(value, str) and not re.fullmatch(r"0|[1-9][0-9]*", value):
        message = "not a whole number in its one spelling"
        raise ValueError(message)
    return value


def an_address(value: str) -> str:
    """Refuse what is no e-mail address."""
    if not re.match(r"^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", value):
        kind = "string_pattern_mismatch"
        raise PydanticCustomError(kind, "no e-mail address")
    return value


Email = Annotated[str, Field(max_length=100), AfterValidator(an_address)]
Note = Annotated[str, Field(max_length=500)]


class FromJson(BaseModel):
    """JSON has types of its own, so nothing is converted."""

    model_config = ConfigDict(strict=True, extra="forbid")


class FromText(BaseModel):
    """In forms and headers everything is text, so numbers have to be converted: strict would refuse all."""

    model_config = ConfigDict(extra="forbid")


class Item(FromJson):
    """One kind of seed, how many bags of it, and the price of one."""

    sku: Annotated[str, Field(pattern=r"^[A-Z]{3}-[0-9]{4}$")]
    quantity: Annotated[int, Field(ge=1, le=1000)]
    price: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]


class Order(FromJson):
    """What a shop orders."""

    email: Email
    items: Annotated[list[Item], Field(min_length=1, max_length=20)]
    note: Note | None = None


class CatalogueForm(FromText):
    """Who wants how many printed catalogues."""

    email: Email
    copies: Annotated[int, Field(ge=1, le=5), BeforeValidator(one_spelling)]
    note: Note | None = None


class ShopHeader(FromText):
    """Which shop asks."""

    shop: Annotated[int, Field(alias="x-shop", ge=1, le=999), BeforeValidator(one_spelling)]


class OrderRequest(BaseModel):
    """Header and body in one model, so that one look finds the errors of both."""

    header: ShopHeader
    body: Order


class CatalogueRequest(BaseModel):
    """Header and form in one model."""

    header: ShopHeader
    body: CatalogueForm


class RequestProblem(Exception):
    """The request as a whole is at fault, before any field can be looked at."""

    def __init__(self, status: int, field: str, code: str) -> None:
        super().__init__(field, code)
        self.status, self.field, self.code = status, field, code


desk = Blueprint("desk", __name__)


@desk.post("/orders")
def take_order() -> ResponseReturnValue:
    """Answer with the order as it was understood."""
    taken = validated(OrderRequest, json_body())
    return {"shop": taken.header.shop, **taken.body.model_dump()}, HTTPStatus.CREATED


@desk.post("/catalogues")
def send_catalogues() -> ResponseReturnValue:
    """Answer with the form as it was understood."""
    taken = validated(CatalogueRequest, form_fields())
    return {"shop": taken.header.shop, **taken.body.model_dump()}, HTTPStatus.CREATED


def validated(model: type[M], body: object) -> M:
    """The header and the body as the model has them. Raises ValidationError with the errors of both."""
    header = {name: request.headers[name] for name in ("x-shop",) if name in request.headers}
    return model.model_validate({"header": header, "body": body})


def json_body() -> object:
    """The body as JSON, whatever it holds. Raises RequestProblem."""
    only("application/json")
    if not request.get_data():
        raise RequestProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "body", "missing")
    try:
        return request.get_json()
    except (BadRequest, RecursionError):  # the parser gives up on lists within lists within lists
        raise RequestProblem(HTTPStatus.BAD_REQUEST, "body", "malformed") from None


def form_fields() -> dict[str, str]:
    """The form's fields; a browser sends a field that nobody filled in as empty text."""
    only("application/x-www-form-urlencoded")
    return {name: value for name, value in request.form.items() if value}


def only(media_type: str) -> None:
    """Refuse any other content type. Raises RequestProblem."""
    if request.mimetype != media_type:
        raise RequestProblem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content-type", "unsupported")


def fields_at_fault(error: ValidationError) -> ResponseReturnValue:
    """Name every field that is at fault; `loc` begins with `header` or `body`."""
    errors = [
        {"field": ".".join(map(str, each["loc"][1:])) or "body", "code": CODES.get(each["type"], "type")}
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return {"errors": errors}, HTTPStatus.UNPROCESSABLE_ENTITY


def request_at_fault(problem: RequestProblem) -> ResponseReturnValue:
    """Say what is wrong with the request as a whole, in the form in which fields are named."""
    return {"errors": [{"field": problem.field, "code": problem.code}]}, problem.status


def body_too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Word Flask's refusal as all others are."""
    return request_at_fault(RequestProblem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body", "too_large"))


def create_app() -> Flask:
    """Build the app; it holds nothing that a second one would share."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY
    app.register_blueprint(desk)
    app.register_error_handler(ValidationError, fields_at_fault)
    app.register_error_handler(RequestProblem, request_at_fault)
    app.register_error_handler(RequestEntityTooLarge, body_too_large)
    return app
