"""Declares each field of the form alone, so that nobody looks at the fields beside them.

Fails: test_a_form_is_held_to_the_same_rules
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import (
    APIRouter,
    Depends,
    FastAPI,
    Form,
    Header,
    HTTPException,
    Request,
    Response,
    status,
)
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

__all__ = ["create_app"]

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


def one_spelling(value: object) -> object:
    """Refuse what Pydantic would otherwise read as an integer: `5.0`, `05`, `+5`, `1_0`, ` 5`."""
    if isinstance(value, str) and not re.fullmatch(r"0|[1-9][0-9]*", value):
        message = "not a whole number in its one spelling"
        raise ValueError(message)
    return value


# Pydantic's regular expressions are Rust's: `$` is the very end, not the place before a last line break.
Email = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
Note = Annotated[str, Field(max_length=500)]
Shop = Annotated[int, Header(alias="x-shop", ge=1, le=999), BeforeValidator(one_spelling)]


class FromJson(BaseModel):
    """JSON has types of its own, so nothing is converted."""

    model_config = ConfigDict(strict=True, extra="forbid")


class FromText(BaseModel):
    """In forms everything is text, so numbers have to be converted: strict would refuse all."""

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


class OrderTaken(Order):
    """An order as it was understood."""

    shop: int


class CatalogueForm(FromText):
    """Who wants how many printed catalogues."""

    email: Email
    copies: Annotated[int, Field(ge=1, le=5), BeforeValidator(one_spelling)]
    note: Note | None = None


class CataloguesSent(CatalogueForm):
    """A form as it was understood."""

    shop: int


class FieldError(BaseModel):
    """One field at fault."""

    field: str
    code: str


class Errors(BaseModel):
    """Every field at fault."""

    errors: list[FieldError]


def only(media_type: str) -> Callable[[Request], None]:
    """A dependency that refuses any other content type; it runs before the body is judged."""

    def refuse_others(request: Request) -> None:
        sent = request.headers.get("content-type", "")
        if sent.partition(";")[0].strip().lower() != media_type:
            raise HTTPException(status.HTTP_415_UNSUPPORTED_MEDIA_TYPE)

    return refuse_others


router = APIRouter(responses={code: {"model": Errors} for code in (400, 415, 422)})


@router.post("/orders", status_code=status.HTTP_201_CREATED, dependencies=[Depends(only("application/json"))])
async def take_order(order: Order, shop: Shop) -> OrderTaken:
    """Answer with the order as it was understood."""
    return OrderTaken(shop=shop, **dict(order))


@router.post(
    "/catalogues",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(only("application/x-www-form-urlencoded"))],
)
async def send_catalogues(
    email: Annotated[Email, Form()],
    copies: Annotated[int, Form(ge=1, le=5), BeforeValidator(one_spelling)],
    shop: Shop,
    note: Annotated[Note | None, Form()] = None,
) -> CataloguesSent:
    """Answer with the form as it was understood."""
    return CataloguesSent(shop=shop, email=email, copies=copies, note=note)


async def fields_at_fault(_request: Request, error: RequestValidationError) -> Response:
    """Name every field that is at fault; `loc` begins with `header` or `body`."""
    found = error.errors()
    if found[0]["type"] == "json_invalid":
        return envelope(status.HTTP_400_BAD_REQUEST, FieldError(field="body", code="malformed"))
    errors = [
        FieldError(field=".".join(map(str, each["loc"][1:])) or "body", code=CODES.get(each["type"], "type"))
        for each in found
    ]
    return envelope(status.HTTP_422_UNPROCESSABLE_CONTENT, *errors)


async def request_at_fault(request: Request, error: StarletteHTTPException) -> Response:
    """Word the refusals that never reach a field; bytes that no parser can read come here, too."""
    match error.status_code:
        case status.HTTP_400_BAD_REQUEST:
            return envelope(error.status_code, FieldError(field="body", code="malformed"))
        case status.HTTP_415_UNSUPPORTED_MEDIA_TYPE:
            return envelope(error.status_code, FieldError(field="content-type", code="unsupported"))
        case _:
            return await http_exception_handler(request, error)


def envelope(status_code: int, *errors: FieldError) -> JSONResponse:
    """The one form that errors have."""
    return JSONResponse(Errors(errors=list(errors)).model_dump(), status_code=status_code)


def create_app() -> FastAPI:
    """Build the app; it holds nothing that a second one would share."""
    app = FastAPI(
        title="Seed house",
        exception_handlers={
            RequestValidationError: fields_at_fault,
            StarletteHTTPException: request_at_fault,
        },
    )
    app.include_router(router)
    return app
