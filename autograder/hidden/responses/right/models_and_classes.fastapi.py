"""FastAPI with an APIRouter, dependencies for books and member, models for what comes in and goes out."""

from __future__ import annotations

import hashlib
import itertools
import logging
import os
import re
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, PlainSerializer
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

ROOMY = Context(prec=400)
CENT = Decimal("0.01")


def parse_time(value: Any) -> datetime:
    if not isinstance(value, str) or not re.match(r"[0-9W-]+T[0-9]", value):
        raise ValueError("no time")
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("no offset")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the calendar") from None


def parse_amount(value: Any) -> Decimal:
    if not isinstance(value, str) or re.search(r"[^0-9.eE+-]", value):
        raise ValueError("no decimal number")
    try:
        amount = Decimal(value)
        exact = amount.quantize(CENT, context=ROOMY)
    except InvalidOperation:
        raise ValueError("no decimal number") from None
    if amount < 0 or exact != amount:
        raise ValueError("below zero, or too fine")
    return abs(amount) if not amount else amount


def show_amount(value: Decimal) -> str:
    return f"{value.quantize(CENT, context=ROOMY):f}"


def show_time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def read_text(value: Any) -> Any:
    if isinstance(value, str):
        value.encode()  # half a character is no text
    return value


Text = Annotated[str, BeforeValidator(read_text)]
TimeIn = Annotated[datetime, BeforeValidator(parse_time)]
AmountIn = Annotated[Decimal, BeforeValidator(parse_amount)]
TimeOut = Annotated[datetime, PlainSerializer(show_time, return_type=str)]
AmountOut = Annotated[Decimal, PlainSerializer(show_amount, return_type=str)]


class Change(BaseModel):
    email: Text
    name: Text


class NewMember(Change):
    password: Text
    medical_note: Text
    joined: TimeIn
    deposit: AmountIn


class Visit(BaseModel):
    at: TimeIn
    price: AmountIn


class PublicMember(BaseModel):
    model_config = {"from_attributes": True}
    id: int
    email: str
    name: str
    joined: TimeOut
    balance: AmountOut
    last_visit: TimeOut | None

    def tag(self) -> str:
        return f'"{hashlib.blake2b(self.model_dump_json().encode(), digest_size=12).hexdigest()}"'


class Everybody(BaseModel):
    members: list[PublicMember]


class PublicStatement(BaseModel):
    model_config = {"from_attributes": True}
    member: int
    visits: int
    average: AmountOut


def the_books(request: Request) -> Books:
    return request.app.state.books


TheBooks = Annotated[Books, Depends(the_books)]


def the_member(member_id: int, books: TheBooks) -> Member:
    return books.find(member_id)


TheMember = Annotated[Member, Depends(the_member)]

router = APIRouter(prefix="/members")
ONE = "/{member_id:int}"


@router.post("", status_code=201, response_model=PublicMember)
def join(new: NewMember, books: TheBooks, response: Response) -> Member:
    member = books.add(**new.model_dump())
    response.headers["Location"] = f"/members/{member.id}"
    return member


@router.get("", response_model=Everybody)
def everybody(books: TheBooks) -> Any:
    return {"members": books.everybody()}


@router.get(ONE, response_model=PublicMember)
def show(
    member: TheMember, response: Response, if_none_match: Annotated[list[str] | None, Header()] = None
) -> Any:
    told = PublicMember.model_validate(member)
    tag = told.tag()
    named = {each.strip().removeprefix("W/") for line in if_none_match or [] for each in line.split(",")}
    if named & {tag, "*"}:
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return told


@router.put(ONE, response_model=PublicMember)
def change(member_id: int, change: Change, books: TheBooks) -> Member:
    return books.change(member_id, email=change.email, name=change.name)


@router.delete(ONE, status_code=204)
def remove(member_id: int, books: TheBooks) -> None:
    books.remove(member_id)


@router.post(ONE + "/visits", response_model=PublicMember)
def visit(member_id: int, visit: Visit, books: TheBooks) -> Member:
    return books.visit(member_id, at=visit.at, price=visit.price)


@router.get(ONE + "/statement", response_model=PublicStatement)
def statement(member_id: int, books: TheBooks) -> Statement:
    return books.statement(member_id)


@router.post(ONE + "/badge", status_code=204)
def badge(member: TheMember) -> Response:
    answer = Response(status_code=204)
    answer.set_cookie(
        "badge", member.door_code, 28800, path="/members", secure=True, httponly=True, samesite="Strict"  # type: ignore[arg-type]
    )
    return answer


async def on_http(request: Request, error: HTTPException) -> Response:
    if error.status_code == 400:
        return JSONResponse({"error": "invalid body"}, 422)
    return JSONResponse({"error": error.detail.lower()}, error.status_code, headers=error.headers)


async def on_invalid(request: Request, error: RequestValidationError) -> Response:
    return JSONResponse({"error": "invalid body"}, 422)


async def on_unknown(request: Request, error: UnknownMemberError) -> Response:
    return JSONResponse({"error": "no such member", "id": error.member_id}, 404)


async def on_taken(request: Request, error: EmailTakenError) -> Response:
    return JSONResponse({"error": "email taken"}, 409)


async def on_too_low(request: Request, error: BalanceTooLowError) -> Response:
    return JSONResponse({"error": "balance too low", "missing": show_amount(error.missing)}, 409)


class Net:
    """Catches what nobody else does, and tells nothing of it."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        started = False

        async def watch(message: Any) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            logging.getLogger("uvicorn.error").exception("unexpected")
            await JSONResponse({"error": "internal server error"}, 500)(scope, receive, send)


def create_app() -> FastAPI:
    handlers: dict[Any, Any] = {
        HTTPException: on_http,
        RequestValidationError: on_invalid,
        UnknownMemberError: on_unknown,
        EmailTakenError: on_taken,
        BalanceTooLowError: on_too_low,
    }
    app = FastAPI(title="Climbing hall", exception_handlers=handlers, redirect_slashes=False)
    app.state.books = Books()
    app.include_router(router)
    app.add_middleware(Net)
    return app
