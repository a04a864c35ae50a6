"""Coroutines, field serializers, and models that filter the books' own records."""

from __future__ import annotations

import hashlib
import itertools
import os
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, field_serializer
from starlette.exceptions import HTTPException

__all__ = ["create_app"]

# ── Given: the hall's books, written by another team. Leave them as they are. ──

WIDEST_STRIP: Final = 40


class UnknownMemberError(LookupError):
    """Nobody has this number."""

    def __init__(self, member_id: int) -> None:
        super().__init__(member_id)
        self.member_id = member_id


class EmailTakenError(Exception):
    """Another member has this e-mail address."""


class BalanceTooLowError(Exception):
    """A visit costs more than the member has paid in."""

    def __init__(self, missing: Decimal) -> None:
        super().__init__(missing)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Member:
    """All that the hall knows of a member. The last four are nobody else's business."""

    id: int
    email: str
    name: str
    joined: datetime
    balance: Decimal
    last_visit: datetime | None
    password_hash: str
    medical_note: str
    door_code: str
    prices: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """How often a member came, and what a visit cost on average."""

    member: int
    visits: int
    average: Decimal


class Books:
    """The members, in memory. Times keep the offset and amounts the digits that they came with."""

    def __init__(self) -> None:
        self._members: dict[int, Member] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def everybody(self) -> list[Member]:
        """All members, by their ids."""
        return [self._members[each] for each in sorted(self._members)]

    def find(self, member_id: int) -> Member:
        """One member. Raises UnknownMemberError."""
        if member_id not in self._members:
            raise UnknownMemberError(member_id)
        return self._members[member_id]

    def add(
        self, *, email: str, name: str, password: str, medical_note: str, joined: datetime, deposit: Decimal
    ) -> Member:
        """A new member. Raises EmailTakenError."""
        salt = os.urandom(16)
        hashed = salt.hex() + hashlib.scrypt(password.encode(), salt=salt, n=2**12, r=8, p=1).hex()
        with self._lock:
            self._refuse_taken(email)
            number, code = next(self._numbers), secrets.token_hex(8)
            member = Member(number, email, name, joined, deposit, None, hashed, medical_note, code, ())
            self._members[number] = member
        return member

    def change(self, member_id: int, *, email: str, name: str) -> Member:
        """The member under another address or name. Raises UnknownMemberError, EmailTakenError."""
        with self._lock:
            member = self.find(member_id)
            self._refuse_taken(email, member_id)
            self._members[member_id] = member = replace(member, email=email, name=name)
        return member

    def remove(self, member_id: int) -> None:
        """Forget a member. Raises UnknownMemberError."""
        with self._lock:
            del self._members[self.find(member_id).id]

    def visit(self, member_id: int, *, at: datetime, price: Decimal) -> Member:
        """The member after a visit was paid. Raises UnknownMemberError, BalanceTooLowError."""
        with self._lock:
            member = self.find(member_id)
            if price > member.balance:
                raise BalanceTooLowError(price - member.balance)
            prices = (*member.prices, price)
            self._members[member_id] = member = replace(
                member, balance=member.balance - price, last_visit=at, prices=prices
            )
        return member

    def statement(self, member_id: int) -> Statement:
        """The member's visits in short, made to fit on a narrow strip. Raises UnknownMemberError."""
        member = self.find(member_id)
        if len(member.name) > WIDEST_STRIP:
            raise LookupError(f"no strip is wide enough for {member!r}")
        average = sum(member.prices, Decimal(0)) / len(member.prices)
        return Statement(member_id, len(member.prices), average.quantize(Decimal("0.01")))

    def _refuse_taken(self, email: str, by_others_than: int | None = None) -> None:
        if any(each.email == email and each.id != by_others_than for each in self._members.values()):
            raise EmailTakenError(email)


# ── The desk: yours. ──


class Change(BaseModel):
    email: str
    name: str


class New(Change):
    password: str
    medical_note: str
    joined: AwareDatetime
    deposit: Decimal


class Visit(BaseModel):
    at: AwareDatetime
    price: Decimal


class Shown(BaseModel, from_attributes=True):
    id: int
    email: str
    name: str
    joined: datetime
    balance: Decimal
    last_visit: datetime | None = None

    @field_serializer("joined", "last_visit")
    def write_time(self, value: datetime | None) -> str | None:
        return value and value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @field_serializer("balance")
    def write_amount(self, value: Decimal) -> str:
        return str(value.quantize(Decimal("0.01")))

    @property
    def tag(self) -> str:
        return f'W/"{hash((self.email, self.name, self.balance, self.last_visit)):x}"'


class AllShown(BaseModel):
    members: list[Shown]


class Slip(BaseModel):
    member: int
    visits: int
    average: str


def tags(header: str | None) -> set[str]:
    return {each.strip().removeprefix("W/") for each in (header or "").split(",")}


def create_app() -> FastAPI:
    app = FastAPI()
    books = Books()

    @app.post("/members", status_code=status.HTTP_201_CREATED, response_model=Shown)
    async def add(new: New, response: Response) -> Member:
        member = books.add(**dict(new))
        response.headers["location"] = f"/members/{member.id}"
        return member

    @app.get("/members", response_model=AllShown)
    async def everybody() -> dict[str, list[Member]]:
        return {"members": books.everybody()}

    @app.get("/members/{number}")
    async def show(
        number: int, response: Response, if_none_match: Annotated[str | None, Header()] = None
    ) -> Shown:
        shown = Shown.model_validate(books.find(number))
        if tags(if_none_match) & {"*", shown.tag.removeprefix("W/")}:
            raise HTTPException(304, headers={"ETag": shown.tag})
        response.headers["ETag"] = shown.tag
        return shown

    @app.put("/members/{number}", response_model=Shown)
    async def change(number: int, new: Change) -> Member:
        return books.change(number, email=new.email, name=new.name)

    @app.delete("/members/{number}", status_code=204)
    async def remove(number: int) -> None:
        books.remove(number)

    @app.post("/members/{number}/visits", response_model=Shown)
    async def visit(number: int, new: Visit) -> Member:
        return books.visit(number, at=new.at, price=new.price)

    @app.get("/members/{number}/statement")
    async def statement(number: int) -> Slip:
        told = books.statement(number)
        return Slip(member=told.member, visits=told.visits, average=f"{told.average:.2f}")

    @app.post("/members/{number}/badge", status_code=204, response_class=Response)
    async def badge(number: int) -> Response:
        response = Response(status_code=204)
        response.set_cookie(
            "badge",
            books.find(number).door_code,
            28800,
            path="/members",
            secure=True,
            httponly=True,
            samesite="strict",
        )
        return response

    @app.exception_handler(HTTPException)
    async def http_error(_: Request, error: HTTPException) -> Response:
        if error.status_code == 304:
            return Response(status_code=304, headers=error.headers)
        words = {404: "not found", 405: "method not allowed"}.get(error.status_code, "error")
        return JSONResponse({"error": words}, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, __: RequestValidationError) -> Response:
        return JSONResponse({"error": "invalid body"}, 422)

    @app.exception_handler(UnknownMemberError)
    async def unknown(_: Request, error: UnknownMemberError) -> Response:
        return JSONResponse({"error": "no such member", "id": error.member_id}, 404)

    @app.exception_handler(EmailTakenError)
    async def taken(_: Request, __: EmailTakenError) -> Response:
        return JSONResponse({"error": "email taken"}, 409)

    @app.exception_handler(BalanceTooLowError)
    async def too_low(_: Request, error: BalanceTooLowError) -> Response:
        return JSONResponse({"error": "balance too low", "missing": f"{error.missing:.2f}"}, 409)

    @app.exception_handler(500)
    async def failed(_: Request, __: Exception) -> Response:
        return JSONResponse({"error": "internal server error"}, 500)

    return app
