"""A cinema's box office, in Flask: first drafts as most people write them, and a stricter second version.

The drafts let wrong input pass on purpose. The lesson finds out which.
"""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint, Flask, abort, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import BadRequest

__all__ = ["create_app"]


# region draft
drafts = Blueprint("drafts", __name__)


@drafts.post("/bookings")
def book() -> tuple[dict[str, object], int]:
    data = request.get_json()
    if not isinstance(data["seats"], int):
        abort(422, "seats must be a whole number")
    if data["price"] <= 0:
        abort(422, "price must be positive")
    return {"seats": data["seats"], "price": data["price"]}, 201


# endregion


# region vouchers
@drafts.post("/vouchers")
def send_voucher() -> tuple[dict[str, object], int]:
    name = request.form["name"]
    amount = request.form.get("amount", type=int)
    till = request.headers.get("X-Till", default=1, type=int)
    return {"till": till, "name": name, "amount": amount}, 201


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


def create_app() -> Flask:
    """Build the box office; every route answers with what it understood."""
    app = Flask(__name__)

    # region strict
    strict = Blueprint("strict", __name__, url_prefix="/strict")

    @strict.post("/bookings")
    def book_strictly() -> tuple[dict[str, object], int]:
        booking = Booking.model_validate(request.get_json())
        return booking.model_dump(), 201

    # endregion

    # region strict-vouchers
    @strict.post("/vouchers")
    def send_strict_voucher() -> tuple[dict[str, object], int]:
        voucher = Voucher.model_validate(request.form.to_dict())
        return voucher.model_dump(), 201

    # endregion

    # region envelope
    @strict.errorhandler(ValidationError)
    def fields_at_fault(error: ValidationError) -> tuple[dict[str, object], int]:
        errors = [
            {"field": ".".join(map(str, each["loc"])) or "body", "code": each["type"]}
            for each in error.errors()
        ]
        return {"errors": errors}, 422

    @strict.errorhandler(BadRequest)
    @strict.errorhandler(RecursionError)
    def no_json(_: Exception) -> tuple[dict[str, object], int]:
        return {"errors": [{"field": "body", "code": "malformed"}]}, 400

    # endregion

    app.register_blueprint(drafts)
    app.register_blueprint(strict)
    return app
