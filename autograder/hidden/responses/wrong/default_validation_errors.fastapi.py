"""Leaves the 422 to FastAPI, whose answer repeats what came in, password and all.

Fails: test_a_refused_body_is_not_repeated
"""

from __future__ import annotations

import hashlib
import itertools
import os
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, PlainSerializer
from starlette.exceptions import HTTPException
from starlette.routing import Match

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

SHIFT_S: Final = 8 * 60 * 60


def as_time(moment: datetime) -> str:
    """A time as the desk tells it: in UTC, in full seconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def as_amount(amount: Decimal) -> str:
    """An amount as the desk tells it: exact, with two decimals."""
    return f"{amount:.2f}"


Time = Annotated[datetime, PlainSerializer(as_time, return_type=str)]
Amount = Annotated[Decimal, PlainSerializer(as_amount, return_type=str)]


class NewMember(BaseModel):
    """What the desk is told about a new member."""

    email: str
    name: str
    password: str
    medical_note: str
    joined: datetime
    deposit: Decimal


class MemberChange(BaseModel):
    """What may change about a member."""

    email: str
    name: str


class Visit(BaseModel):
    """What the desk is told about a visit."""

    at: datetime
    price: Decimal


class PublicMember(BaseModel):
    """What the desk tells of a member: a field that is not here stays inside."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    email: str
    name: str
    joined: Time
    balance: Amount
    last_visit: Time | None


class PublicMembers(BaseModel):
    """What the desk tells of all members."""

    members: list[PublicMember]


class PublicStatement(BaseModel):
    """A member's visits in short."""

    model_config = ConfigDict(from_attributes=True)

    member: int
    visits: int
    average: Amount


class Problem(BaseModel):
    """Why a request is refused."""

    error: str


def books_of_app(request: Request) -> Books:
    """The books of the app that answers."""
    kept: Books = request.app.state.books
    return kept


TheBooks = Annotated[Books, Depends(books_of_app)]

router = APIRouter(prefix="/members", responses={code: {"model": Problem} for code in (400, 404, 409, 422)})


@router.post("", status_code=201)
def add_member(sent: NewMember, books: TheBooks, request: Request, response: Response) -> PublicMember:
    """Enter a new member."""
    member = books.add(**sent.model_dump())
    response.headers["Location"] = request.url_for("read_member", member_id=member.id).path
    return PublicMember.model_validate(member)


@router.get("")
def list_members(books: TheBooks) -> PublicMembers:
    """All members."""
    return PublicMembers(members=[PublicMember.model_validate(each) for each in books.everybody()])


@router.get("/{member_id}", response_model=PublicMember)
def read_member(
    member_id: int,
    books: TheBooks,
    response: Response,
    if_none_match: Annotated[str, Header()] = "",
) -> PublicMember | Response:
    """One member, unless the client holds the same already."""
    member = PublicMember.model_validate(books.find(member_id))
    tag = f'"{hashlib.sha256(member.model_dump_json().encode()).hexdigest()[:16]}"'
    if if_none_match == "*" or tag in (each.strip().removeprefix("W/") for each in if_none_match.split(",")):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return member


@router.put("/{member_id}")
def change_member(member_id: int, sent: MemberChange, books: TheBooks) -> PublicMember:
    """Change a member's address or name."""
    return PublicMember.model_validate(books.change(member_id, email=sent.email, name=sent.name))


@router.delete("/{member_id}", status_code=204)
def remove_member(member_id: int, books: TheBooks) -> None:
    """Forget a member."""
    books.remove(member_id)


@router.post("/{member_id}/visits")
def add_visit(member_id: int, sent: Visit, books: TheBooks) -> PublicMember:
    """Enter a visit, and take its price."""
    return PublicMember.model_validate(books.visit(member_id, at=sent.at, price=sent.price))


@router.get("/{member_id}/statement")
def read_statement(member_id: int, books: TheBooks) -> PublicStatement:
    """A member's visits in short."""
    return PublicStatement.model_validate(books.statement(member_id))


@router.post("/{member_id}/badge", status_code=204)
def give_badge(member_id: int, books: TheBooks, response: Response) -> None:
    """Let the browser carry the door code, out of the reach of scripts and of other sites."""
    code = books.find(member_id).door_code
    response.set_cookie(
        "badge", code, max_age=SHIFT_S, path="/members", secure=True, httponly=True, samesite="strict"
    )


async def http_error_as_json(_request: Request, error: HTTPException) -> JSONResponse:
    """Keep the error's status and headers and word it as the contract does."""
    phrase = HTTPStatus(error.status_code).phrase.lower()
    return JSONResponse({"error": phrase}, error.status_code, error.headers)


async def method_not_allowed(request: Request, error: HTTPException) -> JSONResponse:
    """List every method of the path in `Allow`: the router lists those of the first route that matches."""
    matching = [
        route
        for route in iter_route_contexts(request.app.routes)
        if route.matches(request.scope)[0] is Match.PARTIAL
    ]
    methods = {method for route in matching for method in route.methods or ()}
    error.headers = {"Allow": ", ".join(sorted(methods))}
    return await http_error_as_json(request, error)


async def invalid_body(_request: Request, _error: RequestValidationError) -> JSONResponse:
    """Say no more: FastAPI's own answer quotes what came in, a password with it."""
    return JSONResponse({"error": "invalid body"}, 422)


async def no_such_member(_request: Request, error: UnknownMemberError) -> JSONResponse:
    """Name the id that was asked for."""
    return JSONResponse({"error": "no such member", "id": error.member_id}, 404)


async def email_taken(_request: Request, _error: EmailTakenError) -> JSONResponse:
    """Do not say by whom."""
    return JSONResponse({"error": "email taken"}, 409)


async def balance_too_low(_request: Request, error: BalanceTooLowError) -> JSONResponse:
    """Say what is missing; a JSONResponse takes no Decimal, so it is told as text."""
    return JSONResponse({"error": "balance too low", "missing": as_amount(error.missing)}, 409)


async def unexpected(_request: Request, _error: Exception) -> JSONResponse:
    """Tell nothing; the server still logs the traceback, since Starlette raises it on."""
    return JSONResponse({"error": "internal server error"}, 500)


def create_app() -> FastAPI:
    """Build the desk, with books of its own."""
    app = FastAPI(title="Climbing hall")
    app.state.books = Books()
    app.include_router(router)
    # One by one: a handler takes its own error, which the type of `exception_handlers` does not allow.
    app.exception_handler(HTTPException)(http_error_as_json)
    app.exception_handler(405)(method_not_allowed)
    app.exception_handler(UnknownMemberError)(no_such_member)
    app.exception_handler(EmailTakenError)(email_taken)
    app.exception_handler(BalanceTooLowError)(balance_too_low)
    app.exception_handler(Exception)(unexpected)
    return app
