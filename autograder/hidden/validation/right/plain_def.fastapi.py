"""Plain functions in the factory, single parameters for the form, one handler for every refusal."""

# Written as a student might.
# ruff: noqa: B008, D101, D103, FAST002, PLR2004

from __future__ import annotations

import re
from typing import Any

from fastapi import Depends, FastAPI, Form, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StrictInt, StrictStr, field_validator
from starlette.exceptions import HTTPException

EMAIL = r"^[A-Za-z0-9._+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+$"


class Item(BaseModel):
    sku: StrictStr = Field(pattern=r"^[A-Z]{3}-[0-9]{4}$")
    quantity: StrictInt = Field(ge=1, le=1000)
    price: float = Field(gt=0, le=10000, strict=True, allow_inf_nan=False)
    model_config = {"extra": "forbid"}


class Order(BaseModel):
    email: StrictStr = Field(pattern=EMAIL, max_length=100)
    items: list[Item] = Field(min_length=1, max_length=20, strict=True)
    note: StrictStr | None = Field(None, max_length=500)
    model_config = {"extra": "forbid"}


class Text(BaseModel):
    number: int

    @field_validator("number", mode="before")
    @classmethod
    def one_spelling(cls, value: str) -> str:
        if not re.fullmatch("0|[1-9][0-9]*", value):
            raise ValueError("spelling")
        return value


class Wrong(Exception):
    def __init__(self, errors: list[tuple[str, str]], status: int = 422) -> None:
        super().__init__()
        self.errors = errors
        self.status = status


def json_only(request: Request) -> None:
    if not re.match(r"application/json\s*(;|$)", request.headers.get("content-type", ""), re.IGNORECASE):
        raise Wrong([("content-type", "unsupported")], 415)


def form_only(request: Request) -> None:
    sent = request.headers.get("content-type", "").lower().split(";")
    if sent[0].strip() != "application/x-www-form-urlencoded":
        raise Wrong([("content-type", "unsupported")], 415)


def number(field: str, text: str | None, most: int, errors: list[tuple[str, str]]) -> int:
    if text is None:
        errors.append((field, "missing"))
        return 0
    try:
        found = Text(number=text).number  # type: ignore[arg-type]
    except ValueError:
        errors.append((field, "type"))
        return 0
    if not 1 <= found <= most:
        errors.append((field, "range"))
    return found


def worded(errors: Any) -> list[tuple[str, str]]:
    found = []
    for each in errors:
        kind = each["type"]
        code = {"missing": "missing", "extra_forbidden": "unknown", "string_pattern_mismatch": "format"}.get(kind)
        if code is None:
            code = "range" if "than" in kind else "length" if kind.endswith(("too_long", "too_short")) else "type"
        found.append((".".join(str(step) for step in each["loc"][1:]), code))
    return found


def create_app() -> FastAPI:
    app = FastAPI()

    @app.post("/orders", status_code=201, dependencies=[Depends(json_only)])
    def orders(order: Order, x_shop: str | None = Header(None)) -> dict[str, Any]:
        errors: list[tuple[str, str]] = []
        shop = number("x-shop", x_shop, 999, errors)
        if errors:
            raise Wrong(errors)
        return {"shop": shop, **order.model_dump()}

    @app.post("/catalogues", status_code=201, dependencies=[Depends(form_only)])
    async def catalogues(
        request: Request,
        email: str | None = Form(None),
        copies: str | None = Form(None),
        note: str | None = Form(None),
        x_shop: str | None = Header(None),
    ) -> dict[str, Any]:
        errors: list[tuple[str, str]] = []
        shop = number("x-shop", x_shop, 999, errors)
        count = number("copies", copies, 5, errors)
        if email is None:
            errors.append(("email", "missing"))
        elif len(email) > 100:
            errors.append(("email", "length"))
        elif not re.fullmatch(EMAIL.removesuffix("$"), email):
            errors.append(("email", "format"))
        if note is not None and len(note) > 500:
            errors.append(("note", "length"))
        known = {"email", "copies", "note"}
        errors += [(name, "unknown") for name in (await request.form()).keys() - known]
        if errors:
            raise Wrong(errors)
        return {"shop": shop, "email": email, "copies": count, "note": note}

    @app.exception_handler(Wrong)
    def wrong(_: Request, error: Wrong) -> JSONResponse:
        errors = [{"field": field, "code": code} for field, code in error.errors]
        return JSONResponse({"errors": errors}, error.status)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        if any(each["type"] == "json_invalid" for each in error.errors()):
            return wrong(request, Wrong([("body", "malformed")], 400))
        errors = worded(error.errors())
        if errors[0][0] == "":
            return wrong(request, Wrong([("body", errors[0][1])]))
        # The header is looked at here as well, since the function above is not called.
        number("x-shop", request.headers.get("x-shop"), 999, errors)
        return wrong(request, Wrong(errors))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 400:
            return wrong(request, Wrong([("body", "malformed")], 400))
        return JSONResponse({"detail": error.detail}, error.status_code, error.headers)

    return app
