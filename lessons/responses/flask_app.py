"""A parcel shop, in Flask: views that leave most of the writing to the framework."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from itertools import count
from uuid import UUID

from flask import Flask, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

__all__ = ["create_app"]


# region record
@dataclass
class Parcel:
    number: int
    to: str
    price: Decimal
    due: date
    locker_code: str


# endregion


class Status(Enum):
    """How far a parcel has come."""

    WAITING = "waiting"


VALUES = {
    "due": date(2026, 3, 1),
    "scanned": datetime(2026, 3, 1, 9, 30),  # noqa: DTZ001 - a time without a zone is what is tried
    "posted": datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=2))),
    "price": Decimal("12.50"),
    "shipment": UUID("5f0c1c1e-0000-4000-8000-00000000002a"),
    "status": Status.WAITING,
    "labels": {"fragile"},
    "note": b"ring twice",
    "photo": b"\x89PNG",
    "chill": math.nan,
    "insured": None,
    "weight": 1.5,
}


class UnknownParcelError(Exception):
    """No parcel has this number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def shelf() -> tuple[Callable[[int], Parcel], Callable[..., Parcel]]:
    """How to find a parcel, and how to put one more down."""
    parcels: dict[int, Parcel] = {}
    numbers = count(7)

    def find(number: int) -> Parcel:
        if number not in parcels:
            raise UnknownParcelError(number)
        return parcels[number]

    def put(to: str, locker_code: str) -> Parcel:
        number = next(numbers)
        parcels[number] = Parcel(number, to, Decimal("12.50"), date(2026, 3, 1), locker_code)
        return parcels[number]

    return find, put


def create_app() -> Flask:
    """Build the shop; one parcel, number 7, lies in it."""
    app = Flask(__name__)
    find, put = shelf()
    put("Ada", "4711")
    add_parcels(app, find, put)
    add_errors(app, find)
    add_values(app)
    add_headers(app)
    return app


def add_parcels(app: Flask, find: Callable[[int], Parcel], put: Callable[..., Parcel]) -> None:
    """What is told of a parcel."""

    # region whole
    @app.get("/parcels/<int:number>/whole")
    def show_whole(number: int) -> ResponseReturnValue:
        return jsonify(find(number))

    # endregion

    # region shaped
    @app.get("/parcels/<int:number>")
    def show_parcel(number: int) -> ResponseReturnValue:
        parcel = find(number)
        return {
            "number": parcel.number,
            "to": parcel.to,
            "price": parcel.price,
            "due": parcel.due,
        }

    # endregion

    # region entry
    @app.post("/parcels")
    def add_parcel() -> ResponseReturnValue:
        sent = request.get_json()
        if not {"to", "locker_code"} <= sent.keys():
            abort(422)
        parcel = put(sent["to"], sent["locker_code"])
        return "", 201, {"Location": f"/parcels/{parcel.number}"}

    # endregion


def add_errors(app: Flask, find: Callable[[int], Parcel]) -> None:
    """One error that is known, and one that is not."""

    # region refusal
    @app.errorhandler(UnknownParcelError)
    def refuse(error: UnknownParcelError) -> ResponseReturnValue:
        return {"error": "no such parcel", "number": error.number}, 404

    # endregion

    # region fault
    @app.get("/parcels/<int:number>/route")
    def show_route(number: int) -> ResponseReturnValue:
        raise RuntimeError(f"no route for {find(number)}")

    # endregion


def add_values(app: Flask) -> None:
    """Values as the framework writes them, and as a contract might."""

    # region values
    @app.get("/values/<name>")
    def show_value(name: str):  # noqa: ANN202 - a view without a hint is what is tried
        return {name: VALUES[name]}

    # endregion

    # region hinted
    @app.get("/hinted/<name>")
    def show_hinted(name: str) -> dict[str, object]:
        return {name: VALUES[name]}

    # endregion

    # region stated
    def minutes(moment: datetime) -> str:
        return moment.astimezone(UTC).isoformat(timespec="minutes")

    def cents(price: Decimal) -> int:
        return int(price * 100)

    @app.get("/stated")
    def show_stated() -> ResponseReturnValue:
        return {"posted": minutes(VALUES["posted"]), "price": cents(VALUES["price"])}

    # endregion


def add_headers(app: Flask) -> None:
    """What stands beside the body."""

    # region hours
    @app.get("/hours")
    def show_hours() -> Response:
        response = jsonify({"monday": "9-18", "sunday": None})
        response.add_etag()
        return response.make_conditional(request)

    # endregion

    # region language
    @app.post("/language/<code>")
    def set_language(code: str) -> Response:
        response = Response(status=204)
        response.set_cookie("language", code)
        return response

    # endregion
