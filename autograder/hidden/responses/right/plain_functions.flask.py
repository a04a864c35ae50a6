"""Plain functions inside the factory, everything written and read by hand."""

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
from decimal import InvalidOperation
from typing import Any

from flask import Flask, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

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


class BadBody(Exception):
    """What came in is not what the table asks for."""


def field(name: str) -> str:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or not isinstance(sent.get(name), str):
        raise BadBody(name)
    return str(sent[name])


def amount_field(name: str) -> Decimal:
    try:
        return Decimal(field(name))
    except InvalidOperation as error:
        raise BadBody(name) from error


def time_field(name: str) -> datetime:
    try:
        return datetime.fromisoformat(field(name))
    except ValueError as error:
        raise BadBody(name) from error


def amount(value: Decimal) -> str:
    return str(value.quantize(Decimal("1.00")))


def time(value: datetime | None) -> str | None:
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def tell(member: Member) -> dict[str, Any]:
    return {
        "last_visit": time(member.last_visit),
        "balance": amount(member.balance),
        "joined": time(member.joined),
        "name": member.name,
        "email": member.email,
        "id": member.id,
    }


def create_app() -> Flask:
    app = Flask(__name__)
    books = Books()

    @app.route("/members", methods=["GET", "POST"])
    def members() -> ResponseReturnValue:
        if request.method != "POST":
            return jsonify(members=list(map(tell, books.everybody())))
        member = books.add(
            email=field("email"),
            name=field("name"),
            password=field("password"),
            medical_note=field("medical_note"),
            joined=time_field("joined"),
            deposit=amount_field("deposit"),
        )
        response = make_response(tell(member), 201)
        response.headers["Location"] = f"/members/{member.id}"
        return response

    @app.route("/members/<int:number>", methods=["GET", "PUT", "DELETE"])
    def one(number: int) -> ResponseReturnValue:
        if request.method == "DELETE":
            books.remove(number)
            return b"", 204
        if request.method == "PUT":
            return tell(books.change(number, email=field("email"), name=field("name")))
        told = tell(books.find(number))
        tag = hashlib.md5(repr(sorted(told.items())).encode()).hexdigest()  # noqa: S324
        asked = request.headers.get("If-None-Match", "")
        known = {each.strip().removeprefix("W/") for each in asked.split(",")}
        if known & {"*", f'"{tag}"'}:
            return "", 304, {"ETag": f'W/"{tag}"'}
        return jsonify(told), {"ETag": f'W/"{tag}"'}

    @app.post("/members/<int:number>/visits")
    def visits(number: int) -> ResponseReturnValue:
        return tell(books.visit(number, at=time_field("at"), price=amount_field("price")))

    @app.get("/members/<int:number>/statement")
    def statement(number: int) -> ResponseReturnValue:
        told = books.statement(number)
        return {"member": told.member, "visits": told.visits, "average": amount(told.average)}

    @app.post("/members/<int:number>/badge")
    def badge(number: int) -> ResponseReturnValue:
        code = books.find(number).door_code
        flags = "HttpOnly; Secure; SameSite=Strict; Path=/members; Max-Age=28800"
        return "", 204, {"Set-Cookie": f"badge={code}; {flags}"}

    @app.errorhandler(BadBody)
    def bad_body(_error: BadBody) -> ResponseReturnValue:
        return {"error": "invalid body"}, 422

    @app.errorhandler(UnknownMemberError)
    def unknown(error: UnknownMemberError) -> ResponseReturnValue:
        return {"error": "no such member", "id": error.member_id}, 404

    @app.errorhandler(EmailTakenError)
    def taken(_error: EmailTakenError) -> ResponseReturnValue:
        return {"error": "email taken"}, 409

    @app.errorhandler(BalanceTooLowError)
    def too_low(error: BalanceTooLowError) -> ResponseReturnValue:
        return {"error": "balance too low", "missing": amount(error.missing)}, 409

    @app.errorhandler(404)
    def not_found(_error: HTTPException) -> ResponseReturnValue:
        return {"error": "not found"}, 404

    @app.errorhandler(405)
    def not_allowed(error: HTTPException) -> ResponseReturnValue:
        return (
            {"error": "method not allowed"},
            405,
            dict(error.get_headers()) | {"Content-Type": "application/json"},
        )

    @app.errorhandler(500)
    def failed(_error: HTTPException) -> ResponseReturnValue:
        return {"error": "internal server error"}, 500

    return app
