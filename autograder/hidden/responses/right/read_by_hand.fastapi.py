"""FastAPI async with the Request read by hand and JSONResponses written by hand; a model only for the document."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import os
import re
import secrets
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from decimal import Context, Decimal, DecimalException
from functools import wraps
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
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

WIDE = Context(prec=300)


class Shown(BaseModel):
    id: int
    email: str
    name: str
    joined: str
    balance: str
    last_visit: str | None


class InvalidBodyError(Exception):
    """The body is not as stated."""


def text_in(value: str) -> str:
    value.encode()
    return value


def time_in(value: str) -> datetime:
    if not re.fullmatch(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}T[0-9:]+(Z|[+-][0-9:]+)", value):
        raise ValueError(value)
    return datetime.fromisoformat(value).astimezone(timezone.utc)


def amount_in(value: str) -> Decimal:
    if not value.isascii() or not re.fullmatch(r"[0-9.]+([eE][+-]?[0-9]+)?", value):
        raise ValueError(value)
    amount = Decimal(value)
    if amount != amount.quantize(Decimal("1.00"), context=WIDE):
        raise ValueError(value)
    return amount


def amount_out(value: Decimal) -> str:
    return "{:f}".format(value.quantize(Decimal("1.00"), context=WIDE))


def time_out(value: datetime | None) -> str | None:
    return value and value.astimezone(timezone.utc).isoformat("T", "seconds").replace("+00:00", "Z")


def shown(member: Member) -> dict[str, Any]:
    return Shown(
        id=member.id,
        email=member.email,
        name=member.name,
        joined=time_out(member.joined) or "",
        balance=amount_out(member.balance),
        last_visit=time_out(member.last_visit),
    ).model_dump()


async def read(request: Request, **kinds: Callable[[str], Any]) -> dict[str, Any]:
    try:
        sent = json.loads((await request.body()).decode())
        return {key: kind(sent[key]) for key, kind in kinds.items() if type(sent[key]) is str or 1 / 0}
    except (ValueError, TypeError, LookupError, ArithmeticError, DecimalException, RecursionError):
        raise InvalidBodyError from None


def error_answer(error: Exception) -> Response:
    if isinstance(error, InvalidBodyError):
        return JSONResponse({"error": "invalid body"}, 422)
    if isinstance(error, UnknownMemberError):
        return JSONResponse({"error": "no such member", "id": error.member_id}, 404)
    if isinstance(error, EmailTakenError):
        return JSONResponse({"error": "email taken"}, 409)
    if isinstance(error, BalanceTooLowError):
        return JSONResponse({"error": "balance too low", "missing": amount_out(error.missing)}, 409)
    logging.getLogger("uvicorn.error").error("unexpected", exc_info=error)
    return JSONResponse({"error": "internal server error"}, 500)


def guarded(view: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    @wraps(view)
    async def guard(*args: Any, **named: Any) -> Response:
        try:
            return await view(*args, **named)
        except Exception as error:
            return error_answer(error)

    return guard


async def on_http(_: Request, error: HTTPException) -> Response:
    words = {404: "not found", 405: "method not allowed"}
    return JSONResponse({"error": words.get(error.status_code, "bad request")}, error.status_code, error.headers)


async def on_rest(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": "internal server error"}, 500)


def create_app() -> FastAPI:
    app = FastAPI(title="Climbing hall", redirect_slashes=False)
    app.add_exception_handler(HTTPException, on_http)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, on_rest)
    books = Books()

    @guarded
    async def add(request: Request) -> Response:
        new = await read(
            request,
            email=text_in,
            name=text_in,
            password=text_in,
            medical_note=text_in,
            joined=time_in,
            deposit=amount_in,
        )
        member = books.add(**new)
        return JSONResponse(shown(member), 201, {"location": f"/members/{member.id}"})

    @guarded
    async def everybody() -> Response:
        return JSONResponse({"members": [shown(each) for each in books.everybody()]})

    @guarded
    async def find(request: Request, key: int) -> Response:
        reply = JSONResponse(shown(books.find(key)))
        tag = hashlib.md5(reply.body, usedforsecurity=False).hexdigest()
        asked = ",".join(request.headers.getlist("if-none-match"))
        if asked.strip() == "*" or f'"{tag}"' in re.findall(r'"[^"]*"', asked):
            reply = Response(status_code=304)
        reply.headers["etag"] = f'"{tag}"'
        return reply

    @guarded
    async def change(request: Request, key: int) -> Response:
        return JSONResponse(shown(books.change(key, **await read(request, email=text_in, name=text_in))))

    @guarded
    async def remove(key: int) -> Response:
        books.remove(key)
        return Response(status_code=204)

    @guarded
    async def visit(request: Request, key: int) -> Response:
        return JSONResponse(shown(books.visit(key, **await read(request, at=time_in, price=amount_in))))

    @guarded
    async def statement(key: int) -> Response:
        told = books.statement(key)
        return JSONResponse({"member": told.member, "visits": told.visits, "average": amount_out(told.average)})

    @guarded
    async def badge(key: int) -> Response:
        code = books.find(key).door_code
        cookie = f"badge={code}; HttpOnly; Max-Age=28800; Path=/members; SameSite=Strict; Secure"
        return Response(status_code=204, headers={"set-cookie": cookie})

    one = "/members/{key:int}"
    app.add_api_route("/members", add, methods=["POST"], status_code=201)
    app.add_api_route("/members", everybody, methods=["GET"])
    app.add_api_route(one, find, methods=["GET"], response_model=Shown)
    app.add_api_route(one, change, methods=["PUT"])
    app.add_api_route(one, remove, methods=["DELETE"], status_code=204)
    app.add_api_route(one + "/visits", visit, methods=["POST"])
    app.add_api_route(one + "/statement", statement, methods=["GET"])
    app.add_api_route(one + "/badge", badge, methods=["POST"], status_code=204)
    return app
