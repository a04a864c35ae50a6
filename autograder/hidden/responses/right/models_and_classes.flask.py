"""Flask with MethodViews on a blueprint, Pydantic models for what comes in, books handed to the views."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Annotated, Any, Final

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask.views import MethodView
from pydantic import BaseModel, BeforeValidator, ValidationError
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

ROOMY = Context(prec=400)


def read_time(value: Any) -> datetime:
    if not isinstance(value, str) or not re.match(r"[0-9W-]+T[0-9]", value):
        raise ValueError("no time")
    at = datetime.fromisoformat(value)
    if at.utcoffset() is None or at.microsecond:
        raise ValueError("no time with an offset, in full seconds")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("before the first year or after the last") from None


def read_amount(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise ValueError("no text")
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", value):
        raise ValueError("no decimal number")
    amount = Decimal(value)
    try:
        exact = amount.quantize(Decimal("0.01"), context=ROOMY)
    except InvalidOperation:
        raise ValueError("too long") from None
    if exact != amount or amount < 0:
        raise ValueError("below zero, or more than two decimals")
    return exact.copy_abs()


def read_text(value: Any) -> Any:
    if isinstance(value, str):
        value.encode()  # half a character is no text
    return value


Text = Annotated[str, BeforeValidator(read_text)]
Time = Annotated[datetime, BeforeValidator(read_time)]
Amount = Annotated[Decimal, BeforeValidator(read_amount)]


class ChangedMember(BaseModel):
    email: Text
    name: Text


class NewMember(ChangedMember):
    password: Text
    medical_note: Text
    joined: Time
    deposit: Amount


class Visit(BaseModel):
    at: Time
    price: Amount


def body_as(model: type[BaseModel]) -> dict[str, Any]:
    try:
        sent = request.get_json(silent=True, force=True)
    except RecursionError:
        sent = None
    return model.model_validate(sent).model_dump()


def tell_amount(amount: Decimal) -> str:
    return format(amount.quantize(Decimal("0.01"), context=ROOMY), "f")


def tell_time(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def tell(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "email": member.email,
        "name": member.name,
        "joined": tell_time(member.joined),
        "balance": tell_amount(member.balance),
        "last_visit": None if member.last_visit is None else tell_time(member.last_visit),
    }


def nothing(status: int = 204) -> Response:
    answer = Response(status=status)
    del answer.headers["Content-Type"]
    return answer


class WithBooks(MethodView):
    init_every_request = False

    def __init__(self, books: Books) -> None:
        self.books = books


class Members(WithBooks):
    def get(self) -> dict[str, Any]:
        return {"members": [tell(each) for each in self.books.everybody()]}

    def post(self) -> tuple[dict[str, Any], int, dict[str, str]]:
        member = self.books.add(**body_as(NewMember))
        return tell(member), 201, {"Location": f"/members/{member.id}"}


class OneMember(WithBooks):
    def get(self, number: int) -> Response:
        answer = jsonify(tell(self.books.find(number)))
        answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:32])
        tag, _ = answer.get_etag()
        if request.if_none_match.contains_weak(tag or ""):
            bare = nothing(304)
            bare.headers["ETag"] = answer.headers["ETag"]
            return bare
        return answer

    def put(self, number: int) -> dict[str, Any]:
        return tell(self.books.change(number, **body_as(ChangedMember)))

    def delete(self, number: int) -> Response:
        self.books.remove(number)
        return nothing()


class Visits(WithBooks):
    def post(self, number: int) -> dict[str, Any]:
        return tell(self.books.visit(number, **body_as(Visit)))


class Statements(WithBooks):
    def get(self, number: int) -> dict[str, Any]:
        told = self.books.statement(number)
        return {"member": told.member, "visits": told.visits, "average": tell_amount(told.average)}


class Badges(WithBooks):
    def post(self, number: int) -> Response:
        member, answer = self.books.find(number), nothing()
        answer.set_cookie(
            "badge",
            member.door_code,
            max_age=28800,
            path="/members",
            secure=True,
            httponly=True,
            samesite="Strict",
        )
        return answer


def on_http(error: HTTPException) -> tuple[Response, int, dict[str, str]]:
    headers = {key: value for key, value in error.get_headers() if key == "Allow"}
    return jsonify(error=error.name.lower()), error.code or 500, headers


def on_unknown(error: UnknownMemberError) -> tuple[Response, int]:
    return jsonify(error="no such member", id=error.member_id), 404


def on_taken(error: EmailTakenError) -> tuple[Response, int]:
    return jsonify(error="email taken"), 409


def on_too_low(error: BalanceTooLowError) -> tuple[Response, int]:
    return jsonify(error="balance too low", missing=tell_amount(error.missing)), 409


def on_invalid(error: ValidationError) -> tuple[Response, int]:
    return jsonify(error="invalid body"), 422


def on_anything(error: Exception) -> tuple[Response, int]:
    current_app.logger.error("unexpected", exc_info=error)
    return jsonify(error="internal server error"), 500


def create_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    books = Books()
    desk = Blueprint("desk", __name__, url_prefix="/members")
    for path, view in (
        ("", Members),
        ("/<int:number>", OneMember),
        ("/<int:number>/visits", Visits),
        ("/<int:number>/statement", Statements),
        ("/<int:number>/badge", Badges),
    ):
        desk.add_url_rule(path, view_func=view.as_view(view.__name__, books))
    app.register_blueprint(desk)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(UnknownMemberError, on_unknown)
    app.register_error_handler(EmailTakenError, on_taken)
    app.register_error_handler(BalanceTooLowError, on_too_low)
    app.register_error_handler(ValidationError, on_invalid)
    app.register_error_handler(Exception, on_anything)
    return app
