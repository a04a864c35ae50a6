"""A dependency finds the member, a route class answers conditional requests, one function words every error."""

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
import hashlib as digests
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
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


def written_time(value: object) -> object:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value


def written_amount(value: object) -> object:
    return f"{value:.2f}" if isinstance(value, Decimal) else value


TimeText = Annotated[str, BeforeValidator(written_time)]
AmountText = Annotated[str, BeforeValidator(written_amount)]


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True, frozen=True)


class MemberOut(Out):
    id: int
    email: str
    name: str
    joined: TimeText
    balance: AmountText
    last_visit: TimeText | None


class MembersOut(Out):
    members: list[MemberOut]


class StatementOut(Out):
    member: int
    visits: int
    average: AmountText


class Names(BaseModel):
    email: str
    name: str


class NewMember(Names):
    password: str = Field(repr=False)
    medical_note: str = Field(repr=False)
    joined: datetime
    deposit: Decimal


class VisitIn(BaseModel):
    at: datetime
    price: Decimal


class Conditional(APIRoute):
    """Answers GET with an ETag, or with 304."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def conditionally(request: Request) -> Response:
            response = await answer(request)
            if request.method != "GET" or response.status_code != 200:
                return response
            tag = '"' + digests.sha256(bytes(response.body)).hexdigest() + '"'
            asked = [
                each.strip().removeprefix("W/")
                for each in request.headers.get("if-none-match", "").split(",")
            ]
            if tag in asked or "*" in asked:
                response = Response(status_code=304)
            response.headers["ETag"] = tag
            return response

        return conditionally


router = APIRouter(prefix="/members", route_class=Conditional)


def the_books(request: Request) -> Books:
    return request.app.state.books  # type: ignore[no-any-return]


def the_member(member_id: Annotated[int, Path(ge=1)], books: Annotated[Books, Depends(the_books)]) -> Member:
    return books.find(member_id)


AnyBooks = Annotated[Books, Depends(the_books)]
TheMember = Annotated[Member, Depends(the_member)]


@router.post("", status_code=201, response_model=MemberOut)
def add(new: NewMember, books: AnyBooks, response: Response) -> Any:
    member = books.add(**new.model_dump())
    response.headers["Location"] = router.url_path_for("show", member_id=member.id)
    return member


@router.get("", response_model=MembersOut)
def everybody(books: AnyBooks) -> Any:
    return {"members": books.everybody()}


@router.get("/{member_id}", response_model=MemberOut)
def show(member: TheMember) -> Any:
    return member


@router.put("/{member_id}", response_model=MemberOut)
def change(member: TheMember, names: Names, books: AnyBooks) -> Any:
    return books.change(member.id, **names.model_dump())


@router.delete("/{member_id}", status_code=204)
def remove(member: TheMember, books: AnyBooks) -> None:
    books.remove(member.id)


@router.post("/{member_id}/visits", response_model=MemberOut)
def visit(member: TheMember, sent: VisitIn, books: AnyBooks) -> Any:
    return books.visit(member.id, at=sent.at, price=sent.price)


@router.get("/{member_id}/statement", response_model=StatementOut)
def statement(member: TheMember, books: AnyBooks) -> Any:
    return books.statement(member.id)


@router.post("/{member_id}/badge", status_code=204)
def badge(member: TheMember, response: Response) -> None:
    response.set_cookie(
        key="badge",
        value=member.door_code,
        max_age=28800,
        expires=28800,
        path="/members",
        secure=True,
        httponly=True,
        samesite="strict",
    )


def worded(
    _request: Request, error: Exception, status: int = 500, words: str = "internal server error"
) -> Response:
    more: dict[str, object] = {}
    headers = None
    if isinstance(error, HTTPException):
        status, words, headers = error.status_code, error.detail.lower(), error.headers
    if isinstance(error, UnknownMemberError):
        more["id"] = error.member_id
    if isinstance(error, BalanceTooLowError):
        more["missing"] = written_amount(error.missing)
    return JSONResponse(jsonable_encoder({"error": words, **more}), status, headers)


def create_app() -> FastAPI:
    app = FastAPI(
        exception_handlers={
            HTTPException: worded,
            RequestValidationError: partial(worded, status=422, words="invalid body"),
            UnknownMemberError: partial(worded, status=404, words="no such member"),
            EmailTakenError: partial(worded, status=409, words="email taken"),
            BalanceTooLowError: partial(worded, status=409, words="balance too low"),
            Exception: worded,
        }
    )
    app.state.books = Books()
    app.include_router(router)
    return app
