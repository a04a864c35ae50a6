"""Pydantic models on both sides of a blueprint, the books in the application's config."""

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

from flask import Blueprint, Flask, Response, current_app, request
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, field_serializer
from pydantic.types import StringConstraints
from werkzeug.exceptions import HTTPException
from werkzeug.http import quote_etag
from werkzeug.local import LocalProxy

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

Text = Annotated[str, StringConstraints(strict=True)]
TAG_BYTES: Final = 12

bp = Blueprint("members", __name__)
books: Books = LocalProxy(lambda: current_app.config["BOOKS"])  # type: ignore[assignment]


class ChangeIn(BaseModel):
    email: Text
    name: Text


class MemberIn(ChangeIn):
    password: Text
    medical_note: Text
    joined: AwareDatetime
    deposit: Decimal


class VisitIn(BaseModel):
    at: AwareDatetime
    price: Decimal


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    @field_serializer("*", mode="wrap")
    def form(self, value: object, usual: object) -> object:
        if isinstance(value, Decimal):
            return f"{value:.2f}"
        if isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return usual(value)  # type: ignore[operator]

    def answer(self, status: int = 200) -> Response:
        return Response(self.model_dump_json(), status, mimetype="application/json")


class MemberOut(Out):
    id: int
    email: str
    name: str
    joined: datetime
    balance: Decimal
    last_visit: datetime | None


class MembersOut(Out):
    members: list[MemberOut]


class StatementOut(Out):
    member: int
    visits: int
    average: Decimal


class ErrorOut(Out):
    model_config = ConfigDict(extra="allow")

    error: str


@bp.post("/members")
def add() -> Response:
    member = books.add(**MemberIn.model_validate_json(request.data).model_dump())
    response = MemberOut.model_validate(member).answer(201)
    response.headers.add("Location", f"/members/{member.id}")
    return response


@bp.get("/members")
def everybody() -> Response:
    return MembersOut.model_validate({"members": books.everybody()}).answer()


@bp.get("/members/<int:number>")
def show(number: int) -> Response:
    response = MemberOut.model_validate(books.find(number)).answer()
    digest = hashlib.blake2b(response.data, digest_size=TAG_BYTES).hexdigest()
    response.headers["ETag"] = quote_etag(digest)
    if request.if_none_match.contains_weak(digest):
        response.status_code = 304
        response.data = b""
    return response


@bp.put("/members/<int:number>")
def change(number: int) -> Response:
    sent = ChangeIn.model_validate_json(request.data)
    return MemberOut.model_validate(books.change(number, **sent.model_dump())).answer()


@bp.delete("/members/<int:number>")
def remove(number: int) -> tuple[str, int]:
    books.remove(number)
    return "", 204


@bp.post("/members/<int:number>/visits")
def visit(number: int) -> Response:
    sent = VisitIn.model_validate_json(request.data)
    return MemberOut.model_validate(books.visit(number, **sent.model_dump())).answer()


@bp.get("/members/<int:number>/statement")
def statement(number: int) -> Response:
    return StatementOut.model_validate(books.statement(number)).answer()


@bp.post("/members/<int:number>/badge")
def badge(number: int) -> Response:
    code = books.find(number).door_code
    response = Response(status=204)
    response.set_cookie("badge", code, 28800, path="/members", httponly=True, secure=True, samesite="strict")
    return response


@bp.app_errorhandler(UnknownMemberError)
def unknown(error: UnknownMemberError) -> Response:
    return ErrorOut(error="no such member", id=error.member_id).answer(404)  # type: ignore[call-arg]


@bp.app_errorhandler(EmailTakenError)
def taken(_error: EmailTakenError) -> Response:
    return ErrorOut(error="email taken").answer(409)


@bp.app_errorhandler(BalanceTooLowError)
def too_low(error: BalanceTooLowError) -> Response:
    return ErrorOut(error="balance too low", missing=f"{error.missing:.2f}").answer(409)  # type: ignore[call-arg]


@bp.app_errorhandler(ValidationError)
def invalid(_error: ValidationError) -> Response:
    return ErrorOut(error="invalid body").answer(422)


@bp.app_errorhandler(HTTPException)
def http_error(error: HTTPException) -> Response:
    response = ErrorOut(error=error.name.lower()).answer(error.code or 500)
    for key, value in error.get_headers():
        if key == "Allow":
            response.headers[key] = value
    return response


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["BOOKS"] = Books()
    app.register_blueprint(bp)
    return app
