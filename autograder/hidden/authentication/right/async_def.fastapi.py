"""Coroutine functions that hand the work to threads; OAuth2PasswordBearer; HTTPException."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from contextlib import closing
from datetime import datetime
from typing import Annotated, Any

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from fastapi import Body, Depends, FastAPI, Request
from fastapi.exceptions import HTTPException, RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.security import OAuth2PasswordBearer
from starlette.concurrency import run_in_threadpool

BARE, REASON = {"WWW-Authenticate": "Bearer"}, {"WWW-Authenticate": 'Bearer error="invalid_token"'}

SCHEMA = """
CREATE TABLE IF NOT EXISTS people (
    number INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE COLLATE NOCASE, secret TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS devices (sid TEXT PRIMARY KEY, person INTEGER NOT NULL, good_refresh TEXT NOT NULL);
"""
HASHER = PasswordHasher(2, 19_456, 1)
NEEDED = ["exp", "iat", "sub", "jti", "sid", "use"]


def connect() -> sqlite3.Connection:
    connection = sqlite3.connect("members.db", isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def time_now() -> int:
    told = os.environ.get("APP_CLOCK")
    return int(datetime.fromisoformat(told).timestamp()) if told else int(time.time())


def key_ring() -> dict[str, str]:
    pairs = [each.partition(":") for each in os.environ["APP_KEYS"].split(",")]
    return {key: secret for key, _, secret in pairs}


def make_token(person: int, sid: str, jti: str, use: str, seconds: int) -> str:
    key, secret = list(key_ring().items())[0]  # noqa: RUF015
    now = time_now()
    claims = {"sub": str(person), "sid": sid, "jti": jti, "use": use, "iat": now, "exp": now + seconds}
    return jwt.encode(claims, secret, "HS256", {"kid": key})


def two_tokens(person: int, sid: str, refresh_id: str) -> dict[str, Any]:
    return {
        "access_token": make_token(person, sid, secrets.token_urlsafe(12), "access", 900),
        "refresh_token": make_token(person, sid, refresh_id, "refresh", 7 * 24 * 3600),
        "token_type": "Bearer",
        "expires_in": 900,
    }


def read_token(token: str, use: str) -> dict[str, Any] | None:
    off = dict.fromkeys(("verify_exp", "verify_iat", "verify_nbf"), False)
    try:
        kid = jwt.get_unverified_header(token).get("kid", "")
        claims = jwt.decode(
            token, key_ring().get(kid) or secrets.token_hex(32), ["HS256"], {**off, "require": NEEDED}
        )
    except jwt.PyJWTError:
        return None
    in_time = isinstance(claims["exp"], int) and claims["exp"] > time_now()
    return claims if in_time and claims["use"] == use else None


def device_of(token: str) -> sqlite3.Row | None:
    claims = read_token(token, "access")
    if claims is None:
        return None
    question = "SELECT * FROM devices JOIN people ON number = person WHERE sid = ? AND number = ?"
    with closing(connect()) as db:
        return db.execute(question, (claims["sid"], claims["sub"])).fetchone()


def join(email: str, password: str) -> int | None:
    with closing(connect()) as db:
        try:
            values = (email.lower(), HASHER.hash(password))
            return db.execute("INSERT INTO people (email, secret) VALUES (?, ?)", values).lastrowid
        except sqlite3.IntegrityError:
            return None


def person_with(email: str, password: str) -> int | None:
    with closing(connect()) as db:
        row = db.execute("SELECT * FROM people WHERE email = ?", (email,)).fetchone()
    try:
        return row["number"] if row and HASHER.verify(row["secret"], password) else None
    except Argon2Error:
        return None


def begin(person: int) -> dict[str, Any]:
    sid, refresh_id = secrets.token_urlsafe(12), secrets.token_urlsafe(12)
    with closing(connect()) as db:
        db.execute("INSERT INTO devices VALUES (?, ?, ?)", (sid, person, refresh_id))
    return two_tokens(person, sid, refresh_id)


def exchange(token: str) -> dict[str, Any] | None:
    claims = read_token(token, "refresh")
    if claims is None:
        return None
    fresh = secrets.token_urlsafe(12)
    change = "UPDATE devices SET good_refresh = ? WHERE sid = ? AND good_refresh = ?"
    with closing(connect()) as db:
        changed = db.execute(change, (fresh, claims["sid"], claims["jti"])).rowcount
    return two_tokens(int(claims["sub"]), claims["sid"], fresh) if changed else None


def end_device(sid: str) -> None:
    with closing(connect()) as db:
        db.execute("DELETE FROM devices WHERE sid = ?", (sid,))


def end_person(person: int) -> None:
    with closing(connect()) as db:
        db.executescript(
            f"DELETE FROM devices WHERE person = {person:d}; DELETE FROM people WHERE number = {person:d}"
        )


def prepare() -> None:
    with closing(connect()) as db:
        db.executescript(SCHEMA)


def texts(body: Any, *names: str) -> list[str] | None:
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in names):
        return None
    return [body[name] for name in names]


def may_join(email: str, password: str) -> bool:
    name, _, host = email.partition("@")
    plain = all("!" <= each <= "~" for each in email) and "@" not in host
    return bool(name and host and plain) and len(email) <= 254 and 10 <= len(password) <= 200


scheme = OAuth2PasswordBearer(tokenUrl="tokens", auto_error=False)


async def the_device(token: Annotated[str | None, Depends(scheme)]) -> Any:
    if token is None:
        raise HTTPException(401, "not authenticated", BARE)
    device = await run_in_threadpool(device_of, token)
    if device is None:
        raise HTTPException(401, "invalid token", REASON)
    return device


Device = Annotated[Any, Depends(the_device)]
AnyBody = Annotated[Any, Body()]


def strings(body: Any, *names: str) -> list[str]:
    found = texts(body, *names)
    if found is None:
        raise HTTPException(422, "invalid input")
    return found


def create_app() -> FastAPI:
    prepare()
    app = FastAPI()

    @app.exception_handler(HTTPException)
    async def tell(_request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": error.detail}, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def tell_invalid(_request: Request, _error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"error": "invalid input"}, 422)

    @app.post("/members", status_code=201)
    async def members(body: AnyBody) -> dict[str, Any]:
        email, password = strings(body, "email", "password")
        if not may_join(email, password):
            raise HTTPException(422, "invalid input")
        number = await run_in_threadpool(join, email, password)
        if number is None:
            raise HTTPException(409, "email taken")
        return {"id": number, "email": email.lower()}

    @app.post("/tokens")
    async def tokens(body: AnyBody) -> dict[str, Any]:
        person = await run_in_threadpool(person_with, *strings(body, "email", "password"))
        if person is None:
            raise HTTPException(401, "wrong e-mail or password", BARE)
        return await run_in_threadpool(begin, person)

    @app.post("/tokens/refresh")
    async def refresh(body: AnyBody) -> dict[str, Any]:
        found = await run_in_threadpool(exchange, *strings(body, "refresh_token"))
        if found is None:
            raise HTTPException(401, "invalid token", REASON)
        return found

    @app.get("/me")
    async def me(device: Device) -> dict[str, Any]:
        return {"id": device["number"], "email": device["email"]}

    @app.delete("/me")
    async def leave(device: Device) -> Response:
        await run_in_threadpool(end_person, device["number"])
        return Response(status_code=204)

    @app.post("/logout")
    async def logout(device: Device) -> Response:
        await run_in_threadpool(end_device, device["sid"])
        return Response(status_code=204)

    return app
