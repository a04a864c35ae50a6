"""A cinema's box office, in FastAPI: first drafts as most people write them, and a stricter second version.

The drafts let wrong input pass on purpose. The lesson finds out which.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat

__all__ = ["create_app"]


# region draft
drafts = APIRouter()


class Draft(BaseModel):
    seats: int
    price: PositiveFloat


@drafts.post("/bookings", status_code=201)
async def book(booking: Draft) -> Draft:
    return booking


# endregion


# region vouchers
@drafts.post("/vouchers", status_code=201)
async def send_voucher(
    name: Annotated[str, Form()],
    amount: Annotated[int, Form()],
    x_till: Annotated[int, Header()] = 1,
) -> dict[str, object]:
    return {"till": x_till, "name": name, "amount": amount}


# endregion


# region model
class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Guest(Strict):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    age: Annotated[int, Field(ge=0, le=150)]


class Booking(Strict):
    seats: Annotated[int, Field(ge=1, le=8)]
    price: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    guests: list[Guest] = []


class Voucher(Strict):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    amount: Annotated[int, Field(ge=5, le=100)]


# endregion


def create_app() -> FastAPI:
    """Build the box office; every route answers with what it understood."""
    app = FastAPI()

    # region strict
    strict = FastAPI()

    @strict.post("/bookings", status_code=201)
    async def book_strictly(booking: Booking) -> Booking:
        return booking

    # endregion

    # region strict-vouchers
    @strict.post("/vouchers", status_code=201)
    async def send_strict_voucher(voucher: Annotated[Voucher, Form()]) -> Voucher:
        return voucher

    # endregion

    # region envelope
    @strict.exception_handler(RequestValidationError)
    async def fields_at_fault(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {"field": ".".join(map(str, each["loc"][1:])) or "body", "code": each["type"]}
            for each in error.errors()
        ]
        if errors[0]["code"] == "json_invalid":
            return await no_json(request, error)
        return JSONResponse({"errors": errors}, 422)

    @strict.exception_handler(400)
    async def no_json(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"errors": [{"field": "body", "code": "malformed"}]}, 400)

    # endregion

    app.include_router(drafts)
    app.mount("/strict", strict)
    return app
