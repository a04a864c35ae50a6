"""A telescope's night book, in FastAPI: who signs in gets a bearer token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

__all__ = ["KEYS", "create_app"]

KEYS = {"spring": "a lesson's key, which everybody may read, spring"}

# region passwords
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
PEOPLE = {"ada": HASHER.hash("stars over harwell")}
NOBODY = HASHER.hash("nobody's password")


def verify(name: str, password: str) -> bool:
    try:
        HASHER.verify(PEOPLE.get(name, NOBODY), password)
    except VerifyMismatchError:
        return False
    return name in PEOPLE


# endregion


class Refusal(HTTPException):
    """A 401 with its challenge."""

    def __init__(self, error: str, challenge: str = "Bearer") -> None:
        super().__init__(401, error, {"WWW-Authenticate": challenge})


book = APIRouter()
Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="sign-in"))]


# region keys
def sign(claims: dict[str, Any], keys: Mapping[str, str]) -> str:
    key_id, secret = next(iter(keys.items()))
    return jwt.encode(claims, secret, "HS256", headers={"kid": key_id})


def read(token: str, keys: Mapping[str, str]) -> dict[str, Any]:
    secret = keys[jwt.get_unverified_header(token)["kid"]]
    need = ["exp", "sub"]
    return jwt.decode(token, secret, algorithms=["HS256"], options={"require": need})


# endregion


# region draft
@book.get("/draft")
def show_draft(token: Token) -> dict[str, str]:
    return {"token": token}


# endregion


# region sign-in
@book.post("/sign-in")
def sign_in(request: Request, form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    if not verify(form.username, form.password):
        raise Refusal("wrong name or password")
    ends = datetime.now(UTC) + timedelta(minutes=15)
    token = sign({"sub": form.username, "exp": ends}, request.app.state.keys)
    return {"access_token": token, "token_type": "bearer"}


# endregion


# region who
def bearer(request: Request, token: Token) -> str:
    try:
        return str(read(token, request.app.state.keys)["sub"])
    except (KeyError, jwt.InvalidTokenError) as error:
        raise Refusal("invalid token", 'Bearer error="invalid_token"') from error


@book.get("/me")
def show_me(who: Annotated[str, Depends(bearer)]) -> dict[str, str]:
    return {"who": who}


# endregion


def create_app(keys: Mapping[str, str] = KEYS) -> FastAPI:
    """Build the book; the first key signs, all of them verify."""
    app = FastAPI()
    app.state.keys = keys
    app.include_router(book)
    return app
