"""MethodView classes, tokens by hand, and lists of what is revoked."""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import os
import re
import sqlite3
import threading
import time
import uuid
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import Flask, request, session
from flask.views import MethodView

TABLES = (
    "CREATE TABLE IF NOT EXISTS member (id INTEGER PRIMARY KEY, email TEXT UNIQUE, hash TEXT)",
    "CREATE TABLE IF NOT EXISTS last_id (id INTEGER)",
    "CREATE TABLE IF NOT EXISTS spent (jti TEXT PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS over (sid TEXT PRIMARY KEY)",
)
EMAIL = re.compile(r"(?=.{3,254}\Z)[!-?A-~]+@[!-?A-~]+\Z")
FIELDS = {"sub": str, "sid": str, "jti": str, "use": str, "iat": int, "exp": int}


class Refused(Exception):
    def __init__(self, status: int, error: str, challenge: str = "") -> None:
        super().__init__(error)
        self.status, self.error, self.challenge = status, error, challenge

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": f'Bearer realm="boathouse"{self.challenge}'} if self.status == 401 else {}


def bad_token() -> Refused:
    return Refused(401, "invalid token", ', error="invalid_token"')


def pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unpack(text: str) -> Any:
    return json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))


class Club:
    """Members and tokens; the tokens are made by hand, and what is revoked is listed."""

    def __init__(self) -> None:
        self.keys = [entry.split(":") for entry in os.environ["APP_KEYS"].split(",")]
        self.clock = os.environ.get("APP_CLOCK")
        self.hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self.lock = threading.Lock()
        self.db = sqlite3.connect("members.db", check_same_thread=False)
        with self.lock, self.db:
            for table in TABLES:
                self.db.execute(table)

    def now(self) -> float:
        return datetime.fromisoformat(self.clock).timestamp() if self.clock else time.time()

    def one(self, question: str, *values: Any) -> Any:
        with self.lock:
            return self.db.execute(question, values).fetchone()

    def do(self, *orders: tuple[str, tuple[Any, ...]]) -> None:
        with self.lock, self.db:
            for order, values in orders:
                self.db.execute(order, values)

    def join(self, body: Any) -> dict[str, Any]:
        email, password = self.texts(body, "email", "password")
        if not EMAIL.match(email) or not 10 <= len(password) <= 200:
            raise Refused(422, "invalid input")
        hashed = self.hasher.hash(password)
        with self.lock, self.db:
            (number,) = self.db.execute("SELECT coalesce(max(id), 0) + 1 FROM last_id").fetchone()
            try:
                self.db.execute("INSERT INTO member VALUES (?, ?, ?)", (number, email.lower(), hashed))
            except sqlite3.IntegrityError:
                raise Refused(409, "email taken") from None
            self.db.execute("INSERT INTO last_id VALUES (?)", (number,))
        return {"id": number, "email": email.lower()}

    def texts(self, body: Any, *names: str) -> list[str]:
        found = [body.get(name) for name in names] if isinstance(body, dict) else []
        if not found or not all(isinstance(each, str) for each in found):
            raise Refused(422, "invalid input")
        return found

    def known(self, body: Any) -> int:
        email, password = self.texts(body, "email", "password")
        row = self.one("SELECT id, hash FROM member WHERE email = ?", email.lower())
        with contextlib.suppress(VerificationError):
            if row and self.hasher.verify(row[1], password):
                return int(row[0])
        raise Refused(401, "wrong e-mail or password")

    def sign(self, text: str, secret: str) -> str:
        return pack(hmac.digest(secret.encode(), text.encode(), "sha256"))

    def token(self, sub: str, sid: str, use: str, life: int) -> str:
        kid, secret = self.keys[0]
        now = int(self.now())
        claims = {"sub": sub, "sid": sid, "use": use, "jti": str(uuid.uuid4()), "iat": now, "exp": now + life}
        parts = ({"typ": "JWT", "alg": "HS256", "kid": kid}, claims)
        text = ".".join(pack(json.dumps(each).encode()) for each in parts)
        return f"{text}.{self.sign(text, secret)}"

    def tokens(self, sub: str, sid: str | None = None) -> dict[str, Any]:
        sid = sid or str(uuid.uuid4())
        access, refresh = self.token(sub, sid, "access", 900), self.token(sub, sid, "refresh", 604_800)
        return {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": 900}

    def read(self, token: str, use: str) -> dict[str, Any]:
        try:
            text, _, signature = token.rpartition(".")
            header, claims = map(unpack, text.split("."))
            secret = dict(self.keys)[header["kid"]]
            good = hmac.compare_digest(signature.encode(), self.sign(text, secret).encode())
            good &= header["alg"] == "HS256" and all(
                type(claims[key]) is kind for key, kind in FIELDS.items()
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise bad_token() from None
        if not good or claims["use"] != use or claims["exp"] <= self.now():
            raise bad_token()
        gone = self.one(
            "SELECT 1 FROM spent WHERE jti = ? UNION SELECT 1 FROM over WHERE sid = ?",
            claims["jti"],
            claims["sid"],
        )
        if gone or not self.one("SELECT 1 FROM member WHERE id = ?", claims["sub"]):
            raise bad_token()
        return claims

    def bearer(self, header: str | None) -> dict[str, Any]:
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer":
            raise Refused(401, "not authenticated")
        return self.read(token.strip(), "access")

    def refresh(self, body: Any) -> dict[str, Any]:
        claims = self.read(*self.texts(body, "refresh_token"), "refresh")
        try:
            self.do(("INSERT INTO spent VALUES (?)", (claims["jti"],)))
        except sqlite3.IntegrityError:
            raise bad_token() from None
        return self.tokens(claims["sub"], claims["sid"])

    def me(self, number: Any) -> dict[str, Any]:
        row = self.one("SELECT id, email FROM member WHERE id = ?", number)
        if row is None:
            raise Refused(401, "not authenticated")
        return {"id": row[0], "email": row[1]}


class ClubView(MethodView):
    init_every_request = False

    def __init__(self, club: Club) -> None:
        self.club = club

    @property
    def body(self) -> Any:
        return request.get_json(force=True, silent=True)

    @property
    def claims(self) -> dict[str, Any]:
        return self.club.bearer(request.headers.get("Authorization"))


class Members(ClubView):
    def post(self) -> Any:
        return self.club.join(self.body), 201


class Tokens(ClubView):
    def post(self) -> Any:
        return self.club.tokens(str(self.club.known(self.body)))


class Refresh(ClubView):
    def post(self) -> Any:
        return self.club.refresh(self.body)


class Me(ClubView):
    def get(self) -> Any:
        return self.club.me(self.claims["sub"])

    def delete(self) -> Any:
        self.club.do(("DELETE FROM member WHERE id = ?", (self.claims["sub"],)))
        return "", 204


class Logout(ClubView):
    def post(self) -> Any:
        self.club.do(("INSERT OR IGNORE INTO over VALUES (?)", (self.claims["sid"],)))
        return "", 204


class BoardSignIn(ClubView):
    def post(self) -> Any:
        session["id"] = self.club.known(self.body)
        return "", 204


class Board(ClubView):
    def get(self) -> Any:
        return {"email": self.club.me(session.get("id"))["email"]}


def create_app() -> Flask:
    app, club = Flask(__name__), Club()
    app.config.update(
        SECRET_KEY=club.keys[0][1], SECRET_KEY_FALLBACKS=[secret for _, secret in club.keys[1:]]
    )
    views = {
        "/members": Members,
        "/tokens": Tokens,
        "/tokens/refresh": Refresh,
        "/me": Me,
        "/logout": Logout,
        "/board/sign-in": BoardSignIn,
        "/board": Board,
    }
    for path, view in views.items():
        app.add_url_rule(path, view_func=view.as_view(view.__name__, club))
    app.register_error_handler(Refused, lambda error: ({"error": error.error}, error.status, error.headers))
    return app
