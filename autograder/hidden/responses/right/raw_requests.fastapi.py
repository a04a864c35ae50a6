"""Bodies read from the request by hand and answers built by hand; the document is told what they are."""

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
import json
from collections.abc import Awaitable, Callable
from decimal import InvalidOperation
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
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


class MemberAnswer(BaseModel):
    """For the document alone."""

    id: int
    email: str
    name: str
    joined: str
    balance: str
    last_visit: str | None


class Invalid(Exception):
    """The body is not what the table asks for."""


async def read(
    request: Request, *texts: str, times: tuple[str, ...] = (), amounts: tuple[str, ...] = ()
) -> dict[str, Any]:
    try:
        sent = json.loads(await request.body())
        found: dict[str, Any] = {name: sent[name] for name in (*texts, *times, *amounts)}
        if not all(isinstance(value, str) for value in found.values()):
            raise Invalid
        found.update({name: datetime.fromisoformat(found[name]) for name in times})
        found.update({name: Decimal(found[name]) for name in amounts})
    except (ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise Invalid from error
    return found


def utc(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "email": member.email,
        "name": member.name,
        "joined": utc(member.joined),
        "balance": f"{member.balance:.2f}",
        "last_visit": utc(member.last_visit),
    }


def create_app() -> FastAPI:
    app = FastAPI(title="Climbing hall")
    books = Books()

    @app.post("/members")
    async def add(request: Request) -> Response:
        texts = ("email", "name", "password", "medical_note")
        member = books.add(**await read(request, *texts, times=("joined",), amounts=("deposit",)))
        return JSONResponse(shown(member), 201, {"Location": f"/members/{member.id}"})

    @app.get("/members")
    async def everybody() -> Response:
        return JSONResponse({"members": [shown(each) for each in books.everybody()]})

    @app.get("/members/{number:int}", response_model=MemberAnswer)
    async def show(number: int, request: Request) -> Response:
        response = JSONResponse(shown(books.find(number)))
        tag = hashlib.sha1(response.body).hexdigest()  # noqa: S324
        response.headers["etag"] = f'"{tag}"'
        known = request.headers.get("if-none-match", "")
        if known.strip() == "*" or f'"{tag}"' in known:
            return Response(status_code=304, headers={"etag": f'"{tag}"'})
        return response

    @app.put("/members/{number:int}")
    async def change(number: int, request: Request) -> Response:
        return JSONResponse(shown(books.change(number, **await read(request, "email", "name"))))

    @app.delete("/members/{number:int}")
    async def remove(number: int) -> Response:
        books.remove(number)
        return Response(status_code=204)

    @app.post("/members/{number:int}/visits")
    async def visit(number: int, request: Request) -> Response:
        sent = await read(request, times=("at",), amounts=("price",))
        return JSONResponse(shown(books.visit(number, at=sent["at"], price=sent["price"])))

    @app.get("/members/{number:int}/statement")
    async def statement(number: int) -> Response:
        told = books.statement(number)
        return JSONResponse({"member": told.member, "visits": told.visits, "average": f"{told.average:.2f}"})

    @app.post("/members/{number:int}/badge")
    async def badge(number: int) -> Response:
        flags = "Max-Age=28800; Path=/members; HttpOnly; Secure; SameSite=Strict"
        return Response(
            status_code=204, headers={"set-cookie": f"badge={books.find(number).door_code}; {flags}"}
        )

    @app.middleware("http")
    async def answer_errors(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
        try:
            return await proceed(request)
        except Invalid:
            return JSONResponse({"error": "invalid body"}, 422)
        except UnknownMemberError as error:
            return JSONResponse({"error": "no such member", "id": error.member_id}, 404)
        except EmailTakenError:
            return JSONResponse({"error": "email taken"}, 409)
        except BalanceTooLowError as error:
            return JSONResponse({"error": "balance too low", "missing": f"{error.missing:.2f}"}, 409)
        except Exception:  # noqa: BLE001
            return JSONResponse({"error": "internal server error"}, 500)

    @app.exception_handler(HTTPException)
    async def http_error(_: Request, error: HTTPException) -> Response:
        return JSONResponse({"error": str(error.detail).lower()}, error.status_code, error.headers)

    return app
