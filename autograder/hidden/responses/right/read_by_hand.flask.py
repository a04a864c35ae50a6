"""Flask with plain functions in a closure, everything by hand, no Pydantic."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import re
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Context, Decimal, localcontext
from typing import Any, Final

from flask import Flask, Response, request
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

STAMP = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:Z|([+-])(\d\d):?(\d\d)?)", re.ASCII
)


class InvalidBodyError(Exception):
    """The body is not as stated."""


def answer(status: int, content: Any, **headers: str) -> Response:
    return Response(json.dumps(content), status, headers, content_type="application/json")


def no_content(status: int = 204) -> Response:
    reply = Response(status=status)
    reply.headers.pop("Content-Type", None)
    return reply


def time_of(text: str) -> datetime:
    match = STAMP.fullmatch(text)
    if not match:
        raise InvalidBodyError
    *parts, sign, hours, minutes = match.groups()
    try:
        local = datetime(*map(int, parts))  # type: ignore[arg-type]
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        if offset >= timedelta(days=1) or int(minutes or 0) > 59:
            raise InvalidBodyError
        utc = local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError):
        raise InvalidBodyError from None
    return utc.replace(tzinfo=timezone.utc)


def amount_of(text: str) -> Decimal:
    match = re.fullmatch(r"\+?(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,3}))?", text, re.ASCII)
    if not match:
        raise InvalidBodyError
    amount = Decimal(text)
    with localcontext(Context(prec=2000)):
        if amount * 100 % 1:
            raise InvalidBodyError
    return amount


def money(amount: Decimal) -> str:
    with localcontext(Context(prec=2000)):
        cents = int((amount * 100).to_integral_value())
    return f"{cents // 100}.{cents % 100:02}"


def clock(at: datetime) -> str:
    utc = at.astimezone(timezone.utc)
    return (
        f"{utc.year:04}-{utc.month:02}-{utc.day:02}T{utc.hour:02}:{utc.minute:02}:{utc.second:02}Z"
    )


def public(member: Member) -> dict[str, Any]:
    told: dict[str, Any] = {key: getattr(member, key) for key in ("id", "email", "name")}
    told["joined"] = clock(member.joined)
    told["balance"] = money(member.balance)
    told["last_visit"] = clock(member.last_visit) if member.last_visit else None
    return told


def body(**kinds: Any) -> dict[str, Any]:
    try:
        sent = json.loads(request.get_data().decode())
    except (ValueError, RecursionError):
        raise InvalidBodyError from None
    if not isinstance(sent, dict):
        raise InvalidBodyError
    taken = {}
    for key, kind in kinds.items():
        value = sent.get(key)
        if not isinstance(value, str):
            raise InvalidBodyError
        with contextlib.suppress(UnicodeEncodeError):
            value.encode()
            taken[key] = kind(value)
            continue
        raise InvalidBodyError
    return taken


def create_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    books = Books()

    @app.route("/members", methods=["GET", "POST"])
    def members() -> Response:
        if request.method == "POST":
            new = body(email=str, name=str, password=str, medical_note=str, joined=time_of, deposit=amount_of)
            member = books.add(**new)
            return answer(201, public(member), Location=f"/members/{member.id}")
        return answer(200, {"members": [public(each) for each in books.everybody()]})

    @app.route("/members/<int:number>", methods=["GET", "PUT", "DELETE"])
    def one(number: int) -> Response:
        if request.method == "DELETE":
            books.remove(number)
            return no_content()
        if request.method == "PUT":
            return answer(200, public(books.change(number, **body(email=str, name=str))))
        member = books.find(number)
        told = public(member)
        tag = hashlib.sha1(json.dumps(told).encode()).hexdigest()
        named = re.findall(r'(?:W/)?"([^"]*)"', request.headers.get("If-None-Match", ""))
        fresh = request.headers.get("If-None-Match", "").strip() == "*" or tag in named
        reply = no_content(304) if fresh else answer(200, told)
        reply.headers["ETag"] = f'W/"{tag}"'
        return reply

    @app.post("/members/<int:number>/visits")
    def visits(number: int) -> Response:
        return answer(200, public(books.visit(number, **body(at=time_of, price=amount_of))))

    @app.get("/members/<int:number>/statement")
    def statement(number: int) -> Response:
        told = books.statement(number)
        return answer(200, {"member": told.member, "visits": told.visits, "average": money(told.average)})

    @app.post("/members/<int:number>/badge")
    def badge(number: int) -> Response:
        reply = no_content()
        code = books.find(number).door_code
        reply.headers.add(
            "Set-Cookie", f"badge={code}; Path=/members; Max-Age=28800; Secure; HttpOnly; SameSite=Strict"
        )
        return reply

    @app.errorhandler(Exception)
    def every_error(error: Exception) -> Response:
        match error:
            case UnknownMemberError():
                return answer(404, {"error": "no such member", "id": error.member_id})
            case EmailTakenError():
                return answer(409, {"error": "email taken"})
            case BalanceTooLowError():
                return answer(409, {"error": "balance too low", "missing": money(error.missing)})
            case InvalidBodyError():
                return answer(422, {"error": "invalid body"})
            case HTTPException(code=404):
                return answer(404, {"error": "not found"})
            case HTTPException(code=405):
                allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or []))
                return answer(405, {"error": "method not allowed"}, Allow=allowed)
        app.logger.exception("unexpected")
        return answer(500, {"error": "internal server error"})

    return app
