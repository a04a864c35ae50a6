"""Classes for views, a subclass of Flask with its own JSON, one handler for every exception."""

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
from typing import Any, ClassVar

from flask import Flask, Response, current_app, g, jsonify, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from pydantic import AwareDatetime, TypeAdapter, ValidationError
from typing_extensions import TypedDict
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


class Change(TypedDict):
    email: str
    name: str


class New(Change):
    password: str
    medical_note: str
    joined: AwareDatetime
    deposit: Decimal


class Visit(TypedDict):
    at: AwareDatetime
    price: Decimal


class Json(DefaultJSONProvider):
    sort_keys = False

    def dumps(self, obj: Any, **options: Any) -> str:
        return super().dumps(self.plain(obj), **options)

    def plain(self, obj: Any) -> Any:
        if isinstance(obj, Member):
            return {key: self.plain(getattr(obj, key)) for key in Hall.public}
        if isinstance(obj, Statement):
            return {"member": obj.member, "visits": obj.visits, "average": self.plain(obj.average)}
        if isinstance(obj, dict):
            return {key: self.plain(value) for key, value in obj.items()}
        if isinstance(obj, list):
            return [self.plain(value) for value in obj]
        if isinstance(obj, Decimal):
            return format(obj, ".2f")
        if isinstance(obj, datetime):
            return obj.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return obj


class Hall(Flask):
    json_provider_class = Json
    public: ClassVar = ("id", "email", "name", "joined", "balance", "last_visit")

    def __init__(self) -> None:
        super().__init__(__name__)
        self.books = Books()


class View(MethodView):
    init_every_request = False

    @property
    def books(self) -> Books:
        return current_app.books  # type: ignore[attr-defined,no-any-return]

    def body(self, kind: Any) -> Any:
        return TypeAdapter(kind).validate_python(request.json)


class Members(View):
    def get(self) -> ResponseReturnValue:
        return jsonify({"members": self.books.everybody()})

    def post(self) -> ResponseReturnValue:
        member = self.books.add(**self.body(New))
        response = jsonify(member)
        response.status_code = 201
        response.location = f"{request.path}/{member.id}"
        response.autocorrect_location_header = False
        return response


class One(View):
    def get(self, number: int) -> ResponseReturnValue:
        g.conditional = True
        return jsonify(self.books.find(number))

    def put(self, number: int) -> ResponseReturnValue:
        return jsonify(self.books.change(number, **self.body(Change)))

    def delete(self, number: int) -> ResponseReturnValue:
        self.books.remove(number)
        return Response(status=204)


class Visits(View):
    def post(self, number: int) -> ResponseReturnValue:
        return jsonify(self.books.visit(number, **self.body(Visit)))


class Slip(View):
    def get(self, number: int) -> ResponseReturnValue:
        return jsonify(self.books.statement(number))


class Badge(View):
    def post(self, number: int) -> ResponseReturnValue:
        response = Response(status=204)
        cookie = {
            "httponly": True,
            "secure": True,
            "samesite": "Strict",
            "path": "/members",
            "max_age": 28800,
        }
        response.set_cookie("badge", self.books.find(number).door_code, **cookie)  # type: ignore[arg-type]
        return response


def conditional(response: Response) -> Response:
    if g.get("conditional") and response.status_code == 200:
        response.add_etag(weak=True)
        response.make_conditional(request.environ)
    return response


def any_error(error: Exception) -> ResponseReturnValue:
    match error:
        case UnknownMemberError():
            return {"error": "no such member", "id": error.member_id}, 404
        case EmailTakenError():
            return {"error": "email taken"}, 409
        case BalanceTooLowError():
            return {"error": "balance too low", "missing": error.missing}, 409
        case ValidationError():
            return {"error": "invalid body"}, 422
        case HTTPException(code=int(code)):
            response = jsonify(error=str(error.name).lower())
            response.status_code = code
            if code == 405:
                response.headers["Allow"] = ", ".join(error.valid_methods or ())  # type: ignore[attr-defined]
            return response
        case _:
            current_app.logger.exception("unexpected")
            return {"error": "internal server error"}, 500


def create_app() -> Flask:
    app = Hall()
    app.add_url_rule("/members", view_func=Members.as_view("members"))
    app.add_url_rule("/members/<int:number>", view_func=One.as_view("one"))
    app.add_url_rule("/members/<int:number>/visits", view_func=Visits.as_view("visits"))
    app.add_url_rule("/members/<int:number>/statement", view_func=Slip.as_view("statement"))
    app.add_url_rule("/members/<int:number>/badge", view_func=Badge.as_view("badge"))
    app.after_request(conditional)
    app.register_error_handler(Exception, any_error)
    return app
