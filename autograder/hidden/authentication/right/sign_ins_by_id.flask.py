"""The rowing club's accounts, in Flask."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Flask, Request, Response, jsonify, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

__all__ = ["create_app"]

ACCESS_SECONDS = 900
REFRESH_SECONDS = 7 * 24 * 60 * 60
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

# All of ASCII between "!" and "~" but the "@", which stands once.
EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+")
# Strict: three parts without padding. PyJWT alone would also take a token with "=" behind a part.
COMPACT_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# The hash of random bytes that nobody knows. It is verified when no member has the e-mail: otherwise the quick
# answer would tell that the address has not joined, although its words are the same.
NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$LVt5fTCJOemacSvOpJM/HA$Njt3n928+hfJKNHWBSYLXZhzbcbuIqlyDDqBF+6wrhg"

SCHEMA = """
CREATE TABLE IF NOT EXISTS members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sign_ins (
    sid TEXT PRIMARY KEY,
    member_id INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS used_refresh_tokens (
    jti TEXT PRIMARY KEY,
    sid TEXT NOT NULL
);
"""


class ApiError(Exception):
    """A refusal, with what the table of errors says of it."""

    def __init__(self, status: int, message: str, challenge: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.challenge = challenge


def invalid_input() -> ApiError:
    return ApiError(422, "invalid input")


def wrong_credentials() -> ApiError:
    return ApiError(401, "wrong e-mail or password", "Bearer")


def not_authenticated() -> ApiError:
    return ApiError(401, "not authenticated", "Bearer")


def invalid_token() -> ApiError:
    return ApiError(401, "invalid token", 'Bearer error="invalid_token"')


@dataclass(frozen=True)
class Settings:
    """What the surroundings say, read once."""

    keys: dict[str, str]
    stopped_at: datetime | None
    database: Path

    @classmethod
    def read(cls) -> Settings:
        keys: dict[str, str] = {}
        for entry in os.environ.get("APP_KEYS", "").split(","):
            kid, colon, secret = entry.partition(":")
            if not (kid and colon and secret):
                raise RuntimeError("APP_KEYS has to name at least one key, as id:secret")
            keys.setdefault(kid, secret)
        clock = os.environ.get("APP_CLOCK")
        return cls(keys, datetime.fromisoformat(clock) if clock else None, Path.cwd() / "members.db")

    @property
    def signing_key(self) -> tuple[str, str]:
        return next(iter(self.keys.items()))

    def now(self) -> int:
        """Whole seconds since 1970, by the app's clock."""
        moment = self.stopped_at or datetime.now(timezone.utc)
        return (moment - EPOCH) // timedelta(seconds=1)


class StrictSessions(SecureCookieSessionInterface):
    """Flask's sessions; a signature counts only in its one canonical spelling.

    Base64 has spare bits at the end and its decoder skips foreign characters, so that a cookie could be changed
    there and still verify.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        signature = cookie.rpartition(".")[2]
        try:
            raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        except (binascii.Error, ValueError):
            return self.session_class()
        if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != signature:
            return self.session_class()
        return super().open_session(app, request)


@dataclass(frozen=True)
class Caller:
    """A member, and the sign-in and token that they came with."""

    id: int
    email: str
    sid: str
    jti: str


def create_app() -> Flask:
    """Build the app from the variables `APP_KEYS` and `APP_CLOCK`."""
    settings = Settings.read()

    app = Flask(__name__, static_folder=None)
    first, *older = settings.keys.values()
    app.config["SECRET_KEY"] = first
    app.config["SECRET_KEY_FALLBACKS"] = older
    app.session_interface = StrictSessions()

    @contextmanager
    def database() -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(settings.database, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    with database() as db:
        db.executescript(SCHEMA)

    # ------------------------------------------------------------------ reading requests

    def texts(*names: str) -> list[str]:
        """The values of these keys in the body, which all have to be texts."""
        try:
            body = json.loads(request.get_data())
        except (ValueError, RecursionError):
            raise invalid_input() from None
        if not isinstance(body, dict):
            raise invalid_input()
        values = [body.get(name) for name in names]
        if not all(isinstance(value, str) for value in values):
            raise invalid_input()
        return values  # type: ignore[return-value]

    def authenticate() -> sqlite3.Row:
        """The member whose e-mail and password the body holds."""
        email, password = texts("email", "password")
        member = None
        # The form is looked at before the case is: "\u212a".lower() is an ordinary "k".
        if EMAIL.fullmatch(email):
            with database() as db:
                member = db.execute("SELECT * FROM members WHERE email = ?", (email.lower(),)).fetchone()
        try:
            HASHER.verify(
                member["password_hash"] if member else NOBODYS_HASH, password.encode("utf-8", "surrogatepass")
            )
        except VerifyMismatchError:
            raise wrong_credentials() from None
        if member is None:
            raise wrong_credentials()
        return member

    def access_token() -> str:
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise not_authenticated()
        return credentials.strip(" ")

    # ------------------------------------------------------------------ tokens

    def issue(member_id: int, sid: str) -> dict[str, object]:
        """Two new tokens of a sign-in."""
        kid, secret = settings.signing_key
        now = settings.now()

        def token(use: str, lifetime: int) -> str:
            claims = {
                "sub": str(member_id),
                "use": use,
                "sid": sid,
                "jti": uuid.uuid4().hex,
                "iat": now,
                "exp": now + lifetime,
            }
            return jwt.encode(claims, secret.encode(), algorithm="HS256", headers={"kid": kid})

        return {
            "access_token": token("access", ACCESS_SECONDS),
            "refresh_token": token("refresh", REFRESH_SECONDS),
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
        }

    def read_claims(token: str, use: str) -> dict[str, Any]:
        """The claims of a token, when all that stands in the token itself is in order."""
        if not COMPACT_JWT.fullmatch(token):
            raise invalid_token()
        try:
            secret = settings.keys[jwt.get_unverified_header(token)["kid"]]
            claims: dict[str, Any] = jwt.decode(
                token,
                secret.encode(),
                algorithms=["HS256"],
                options={
                    "require": ["sub", "use", "sid", "jti", "iat", "exp"],
                    # Time is checked below, by the app's clock. Claims beyond the six say nothing here.
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                    "verify_aud": False,
                    "verify_iss": False,
                    "verify_sub": False,
                    "verify_jti": False,
                },
            )
            for name in ("sub", "use", "sid", "jti"):
                claims[name].encode()
        except (jwt.PyJWTError, KeyError, AttributeError, UnicodeError):
            raise invalid_token() from None
        for name in ("iat", "exp"):
            if isinstance(claims[name], bool) or not isinstance(claims[name], int | float):
                raise invalid_token()
        if claims["use"] != use or not settings.now() < claims["exp"]:
            raise invalid_token()
        return claims

    def identify(db: sqlite3.Connection, token: str, use: str) -> Caller:
        """Whose token this is; the sign-in has to be alive and the member still there."""
        claims = read_claims(token, use)
        row = db.execute(
            "SELECT members.id, members.email FROM sign_ins JOIN members ON members.id = sign_ins.member_id"
            " WHERE sign_ins.sid = ?",
            (claims["sid"],),
        ).fetchone()
        if row is None or str(row["id"]) != claims["sub"]:
            raise invalid_token()
        return Caller(row["id"], row["email"], claims["sid"], claims["jti"])

    def end_sign_in(db: sqlite3.Connection, sid: str) -> None:
        db.execute("DELETE FROM sign_ins WHERE sid = ?", (sid,))
        db.execute("DELETE FROM used_refresh_tokens WHERE sid = ?", (sid,))

    # ------------------------------------------------------------------ views

    @app.post("/members")
    def register() -> tuple[dict[str, object], int]:
        email, password = texts("email", "password")
        if len(email) > 254 or not EMAIL.fullmatch(email) or not 10 <= len(password) <= 200:
            raise invalid_input()
        email = email.lower()
        taken = ApiError(409, "email taken")
        with database() as db:
            if db.execute("SELECT 1 FROM members WHERE email = ?", (email,)).fetchone():
                raise taken
        hashed = HASHER.hash(password.encode("utf-8", "surrogatepass"))
        try:
            with database() as db:
                cursor = db.execute("INSERT INTO members (email, password_hash) VALUES (?, ?)", (email, hashed))
        except sqlite3.IntegrityError:  # somebody was quicker
            raise taken from None
        return {"id": cursor.lastrowid, "email": email}, 201

    @app.post("/tokens")
    def sign_in() -> dict[str, object]:
        member = authenticate()
        sid = uuid.uuid4().hex
        with database() as db:
            db.execute("INSERT INTO sign_ins (sid, member_id) VALUES (?, ?)", (sid, member["id"]))
        return issue(member["id"], sid)

    @app.post("/tokens/refresh")
    def refresh() -> dict[str, object]:
        (token,) = texts("refresh_token")
        with database() as db:
            caller = identify(db, token, "refresh")
            try:  # the primary key lets one of two simultaneous requests through
                db.execute("INSERT INTO used_refresh_tokens VALUES (?, ?)", (caller.jti, caller.sid))
            except sqlite3.IntegrityError:
                raise invalid_token() from None
        return issue(caller.id, caller.sid)

    @app.get("/me")
    def show_me() -> dict[str, object]:
        token = access_token()
        with database() as db:
            caller = identify(db, token, "access")
        return {"id": caller.id, "email": caller.email}

    @app.delete("/me")
    def leave() -> Response:
        token = access_token()
        with database() as db:
            caller = identify(db, token, "access")
            for (sid,) in db.execute("SELECT sid FROM sign_ins WHERE member_id = ?", (caller.id,)).fetchall():
                end_sign_in(db, sid)
            db.execute("DELETE FROM members WHERE id = ?", (caller.id,))
        return Response(status=204)

    @app.post("/logout")
    def log_out() -> Response:
        token = access_token()
        with database() as db:
            end_sign_in(db, identify(db, token, "access").sid)
        return Response(status=204)

    @app.post("/board/sign-in")
    def board_sign_in() -> Response:
        member = authenticate()
        session.clear()
        session["member"] = member["id"]
        return Response(status=204)

    @app.get("/board")
    def board() -> dict[str, object]:
        with database() as db:
            member = db.execute("SELECT email FROM members WHERE id = ?", (session.get("member"),)).fetchone()
        if member is None:
            raise ApiError(401, "not authenticated")
        return {"email": member["email"]}

    @app.errorhandler(ApiError)
    def tell_error(error: ApiError) -> Response:
        response = jsonify(error=error.message)
        response.status_code = error.status
        if error.challenge:
            response.headers["WWW-Authenticate"] = error.challenge
        return response

    return app
