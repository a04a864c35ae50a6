"""A parcel shop, in FastAPI: functions that leave most of the writing to the framework."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from itertools import count
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, PlainSerializer

__all__ = ["create_app"]


# region record
class PublicParcel(BaseModel):
    number: int
    to: str
    price: Decimal
    due: date


class Parcel(PublicParcel):
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


class NewParcel(BaseModel):
    """What a sender tells."""

    to: str
    locker_code: str


def shelf() -> tuple[Callable[[int], Parcel], Callable[..., Parcel]]:
    """How to find a parcel, and how to put one more down."""
    parcels: dict[int, Parcel] = {}
    numbers = count(7)

    def find(number: int) -> Parcel:
        if number not in parcels:
            raise UnknownParcelError(number)
        return parcels[number]

    def put(to: str, locker_code: str) -> Parcel:
        number, price, due = next(numbers), Decimal("12.50"), date(2026, 3, 1)
        parcels[number] = Parcel(number=number, to=to, price=price, due=due, locker_code=locker_code)
        return parcels[number]

    return find, put


def create_app() -> FastAPI:
    """Build the shop; one parcel, number 7, lies in it."""
    app = FastAPI()
    find, put = shelf()
    put("Ada", "4711")
    add_parcels(app, find, put)
    add_errors(app, find)
    add_values(app)
    add_headers(app)
    return app


def add_parcels(app: FastAPI, find: Callable[[int], Parcel], put: Callable[..., Parcel]) -> None:
    """What is told of a parcel."""

    # region whole
    @app.get("/parcels/{number}/whole")
    async def show_whole(number: int):  # noqa: ANN202 - a function without a hint is what is tried
        return find(number)

    # endregion

    # region shaped
    @app.get("/parcels/{number}")
    async def show_parcel(number: int) -> PublicParcel:
        return find(number)

    # endregion

    # region entry
    @app.post("/parcels", status_code=201)
    async def add_parcel(sent: NewParcel, response: Response) -> None:
        parcel = put(sent.to, sent.locker_code)
        response.headers["Location"] = f"/parcels/{parcel.number}"

    # endregion


def add_errors(app: FastAPI, find: Callable[[int], Parcel]) -> None:
    """One error that is known, and one that is not."""

    # region refusal
    @app.exception_handler(UnknownParcelError)
    async def refuse(_: Request, error: UnknownParcelError) -> JSONResponse:
        return JSONResponse({"error": "no such parcel", "number": error.number}, 404)

    # endregion

    # region fault
    @app.get("/parcels/{number}/route")
    async def show_route(number: int) -> PublicParcel:
        raise RuntimeError(f"no route for {find(number)}")

    # endregion


def add_values(app: FastAPI) -> None:
    """Values as the framework writes them, and as a contract might."""

    # region values
    @app.get("/values/{name}")
    async def show_value(name: str):  # noqa: ANN202 - a function without a hint is what is tried
        return {name: VALUES[name]}

    # endregion

    # region hinted
    @app.get("/hinted/{name}")
    async def show_hinted(name: str) -> dict[str, object]:
        return {name: VALUES[name]}

    # endregion

    # region stated
    def minutes(moment: datetime) -> str:
        return moment.astimezone(UTC).isoformat(timespec="minutes")

    def cents(price: Decimal) -> int:
        return int(price * 100)

    class Stated(BaseModel):
        posted: Annotated[datetime, PlainSerializer(minutes)]
        price: Annotated[Decimal, PlainSerializer(cents)]

    @app.get("/stated", response_model=Stated)
    async def show_stated() -> dict[str, object]:
        return VALUES

    # endregion


def add_headers(app: FastAPI) -> None:
    """What stands beside the body."""

    # region hours
    @app.get("/hours")
    async def show_hours(
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        response = JSONResponse({"monday": "9-18", "sunday": None})
        tag = f'"{hashlib.sha256(response.body).hexdigest()}"'
        if if_none_match == tag:
            return Response(status_code=304, headers={"ETag": tag})
        response.headers["ETag"] = tag
        return response

    # endregion

    # region language
    @app.post("/language/{code}", status_code=204)
    async def set_language(code: str, response: Response) -> None:
        response.set_cookie("language", code)

    # endregion
