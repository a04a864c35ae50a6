"""Handles the error of a number that is none for the whole app, and so calls the books' own arithmetic the client's fault.

Fails: test_any_other_error_is_a_500_in_json, test_a_500_tells_nothing
"""

from __future__ import annotations

import hashlib
import itertools
import os
import secrets
import threading
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from flask import Blueprint, Flask, Response, current_app, json, jsonify, request, url_for
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError
from werkzeug import Response as BaseResponse
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

desk = Blueprint("desk", __name__, url_prefix="/members")

SHIFT_S: Final = 8 * 60 * 60


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


class DeskJson(DefaultJSONProvider):
    """JSON with the desk's forms of times and amounts; Flask's own would be HTTP dates and bare digits."""

    @staticmethod
    def default(o: object) -> object:
        """A value that JSON does not know, as one that it does."""
        match o:
            case datetime():
                return f"{o.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            case Decimal():
                return f"{o:.2f}"
            case _:
                return DefaultJSONProvider.default(o)


def text(value: object) -> str:
    """The value, which must be text. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def books() -> Books:
    """The books of the app that answers."""
    kept: Books = current_app.extensions["books"]
    return kept


def public(member: Member) -> dict[str, object]:
    """What the desk tells of a member: named one by one, so that a new field stays inside by default."""
    return {
        "id": member.id,
        "email": member.email,
        "name": member.name,
        "joined": member.joined,
        "balance": member.balance,
        "last_visit": member.last_visit,
    }


@desk.post("")
def add_member() -> ResponseReturnValue:
    """Enter a new member."""
    sent = request.get_json()
    member = books().add(
        email=text(sent["email"]),
        name=text(sent["name"]),
        password=text(sent["password"]),
        medical_note=text(sent["medical_note"]),
        joined=datetime.fromisoformat(sent["joined"]),
        deposit=Decimal(sent["deposit"]),
    )
    return public(member), 201, {"Location": url_for("desk.read_member", member_id=member.id)}


@desk.get("")
def list_members() -> ResponseReturnValue:
    """All members."""
    return {"members": [public(each) for each in books().everybody()]}


@desk.get("/<int:member_id>")
def read_member(member_id: int) -> ResponseReturnValue:
    """One member, unless the client holds the same already."""
    response = jsonify(public(books().find(member_id)))
    response.add_etag()
    return response.make_conditional(request)


@desk.put("/<int:member_id>")
def change_member(member_id: int) -> ResponseReturnValue:
    """Change a member's address or name."""
    sent = MemberChange.model_validate(request.get_json())
    return public(books().change(member_id, email=sent.email, name=sent.name))


@desk.delete("/<int:member_id>")
def remove_member(member_id: int) -> ResponseReturnValue:
    """Forget a member."""
    books().remove(member_id)
    return "", 204


@desk.post("/<int:member_id>/visits")
def add_visit(member_id: int) -> ResponseReturnValue:
    """Enter a visit, and take its price."""
    sent = Visit.model_validate(request.get_json())
    return public(books().visit(member_id, at=sent.at, price=sent.price))


@desk.get("/<int:member_id>/statement")
def read_statement(member_id: int) -> ResponseReturnValue:
    """A member's visits in short."""
    return asdict(books().statement(member_id))


@desk.post("/<int:member_id>/badge")
def give_badge(member_id: int) -> ResponseReturnValue:
    """Let the browser carry the door code, out of the reach of scripts and of other sites."""
    code = books().find(member_id).door_code
    response = Response(status=204)
    response.set_cookie(
        "badge", code, max_age=SHIFT_S, path="/members", secure=True, httponly=True, samesite="Strict"
    )
    return response


def http_error_as_json(error: HTTPException) -> BaseResponse:
    """Keep status and headers and replace the HTML; an error that nobody expected comes here as a 500."""
    response = error.get_response()
    response.data = json.dumps({"error": error.name.lower()})
    response.content_type = "application/json"
    return response


def invalid_body(_error: Exception) -> ResponseReturnValue:
    """Say no more: Pydantic's message quotes what came in, a password with it."""
    return {"error": "invalid body"}, 422


def no_such_member(error: UnknownMemberError) -> ResponseReturnValue:
    """Name the id that was asked for."""
    return {"error": "no such member", "id": error.member_id}, 404


def email_taken(_error: EmailTakenError) -> ResponseReturnValue:
    """Do not say by whom."""
    return {"error": "email taken"}, 409


def balance_too_low(error: BalanceTooLowError) -> ResponseReturnValue:
    """Say what is missing; the app's JSON provider writes the amount."""
    return {"error": "balance too low", "missing": error.missing}, 409


def create_app() -> Flask:
    """Build the desk, with books of its own."""
    app = Flask(__name__)
    app.json = DeskJson(app)
    app.extensions["books"] = Books()
    app.register_blueprint(desk)
    app.register_error_handler(HTTPException, http_error_as_json)
    for kind in (ValidationError, KeyError, ValueError, InvalidOperation):
        app.register_error_handler(kind, invalid_body)
    app.register_error_handler(UnknownMemberError, no_such_member)
    app.register_error_handler(EmailTakenError, email_taken)
    app.register_error_handler(BalanceTooLowError, balance_too_low)
    return app
