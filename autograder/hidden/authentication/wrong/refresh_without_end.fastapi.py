"""Looks at the end of access tokens alone.

Fails: test_a_token_ends_when_it_expires
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, cast

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from sqlalchemy import ForeignKey, create_engine, delete, event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from starlette.exceptions import HTTPException
from starlette.routing import Match

__all__ = ["create_app"]

ALGORITHM = "HS256"
ACCESS_S = 900
REFRESH_S = 604_800

Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[!-?A-~]+@[!-?A-~]+$", to_lower=True)]
Use = Literal["access", "refresh"]


class Base(DeclarativeBase):
    """What the tables have in common."""


class Member(Base):
    """Somebody with an account. AUTOINCREMENT: SQLite would give the id of a member who left again."""

    __tablename__ = "members"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]


class SignIn(Base):
    """One device that is signed in; without this row none of its tokens is good."""

    __tablename__ = "sign_ins"
    id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    refresh_id: Mapped[str]


class Registration(BaseModel):
    """A new member."""

    model_config = ConfigDict(strict=True)
    email: Email
    password: Annotated[str, StringConstraints(min_length=10, max_length=200)]


class Credentials(BaseModel):
    """What somebody claims to be."""

    model_config = ConfigDict(strict=True)
    email: str
    password: str


class Renewal(BaseModel):
    """A refresh token that is to be exchanged."""

    model_config = ConfigDict(strict=True)
    refresh_token: str


class MemberShown(BaseModel):
    """A member as the club tells of one: the row's hash has no place here."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    email: str


class TokenPair(BaseModel):
    """What a client gets when it signs in or refreshes."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a scheme, no secret
    expires_in: int = ACCESS_S


class Problem(BaseModel):
    """The code of an error."""

    error: str


class Claims(BaseModel):
    """What stands in a token; one that lacks any of it is no token of ours."""

    model_config = ConfigDict(strict=True)
    sub: str
    sid: str
    jti: str
    use: Use
    iat: int
    exp: int


class RefusalError(Exception):
    """A request that ends with an error of the contract."""

    def __init__(self, status: int, error: str, challenge: str | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.challenge = challenge


class InvalidTokenError(RefusalError):
    """A token that proves nothing."""

    def __init__(self) -> None:
        super().__init__(401, "invalid token", 'Bearer error="invalid_token"')


class UnauthenticatedError(RefusalError):
    """Nothing to prove who is asking."""

    def __init__(self) -> None:
        super().__init__(401, "not authenticated", "Bearer")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Signs with the first key, verifies with the one that a token names."""

    keys: Mapping[str, str]
    clock: str | None

    def now(self) -> int:
        """The time, in seconds since 1970."""
        moment = datetime.fromisoformat(self.clock) if self.clock else datetime.now(UTC)
        return int(moment.timestamp())

    def sign(self, sign_in: SignIn, use: Use, token_id: str) -> str:
        """One token of this sign-in."""
        now = self.now()
        lifetime = ACCESS_S if use == "access" else REFRESH_S
        claims = Claims(
            sub=str(sign_in.member_id), sid=sign_in.id, jti=token_id, use=use, iat=now, exp=now + lifetime
        )
        key_id, secret = next(iter(self.keys.items()))
        return jwt.encode(claims.model_dump(), secret, ALGORITHM, headers={"kid": key_id})

    def pair(self, sign_in: SignIn) -> TokenPair:
        """A new access token, and the refresh token that is good from now on."""
        return TokenPair(
            access_token=self.sign(sign_in, "access", uuid.uuid4().hex),
            refresh_token=self.sign(sign_in, "refresh", sign_in.refresh_id),
        )

    def read(self, token: str, use: Use) -> Claims:
        """What a good token says.

        Raises:
            InvalidTokenError: for a token that is forged, expired, incomplete or meant for another use.
        """
        # The library compares with the machine's clock; ours can be set.
        by_our_clock = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            secret = self.keys[jwt.get_unverified_header(token)["kid"]]
            payload = jwt.decode(token, secret, algorithms=[ALGORITHM], options=cast("Any", by_our_clock))
            claims = Claims.model_validate(payload)
        except (KeyError, jwt.InvalidTokenError, ValidationError) as error:
            raise InvalidTokenError from error
        if claims.use != use or (use == "access" and self.now() >= claims.exp):
            raise InvalidTokenError
        return claims


class Accounts:
    """The members and their sign-ins."""

    def __init__(self) -> None:
        self.engine = create_engine("sqlite:///members.db")
        event.listen(
            self.engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON")
        )
        Base.metadata.create_all(self.engine)
        # OWASP's smallest setting of argon2id.
        self.hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self.nobodys_hash = self.hasher.hash("nobody's password")

    def register(self, db: Session, new: Registration) -> Member:
        """Keep a new member. Raises RefusalError when the address is taken."""
        member = Member(email=new.email, password_hash=self.hasher.hash(new.password))
        db.add(member)
        try:
            db.commit()
        except IntegrityError as error:
            raise RefusalError(409, "email taken") from error
        return member

    def verify(self, db: Session, given: Credentials) -> Member:
        """The member with this address and password. Raises RefusalError when there is none."""
        member = db.scalar(select(Member).where(Member.email == given.email.lower()))
        try:
            # Work for an unknown address, too: the time must not tell who is a member.
            self.hasher.verify(member.password_hash if member else self.nobodys_hash, given.password)
        except VerifyMismatchError:
            member = None
        if member is None:
            raise RefusalError(401, "wrong e-mail or password", "Bearer")
        return member


router = APIRouter(responses={code: {"model": Problem} for code in (401, 409, 422)})
bearer = HTTPBearer(auto_error=False, description="The access token that POST /tokens gives.")


def this_tokens(request: Request) -> Tokens:
    """The tokens of the app that answers this request."""
    found: Tokens = request.app.state.tokens
    return found


def this_accounts(request: Request) -> Accounts:
    """The accounts of the app that answers this request."""
    found: Accounts = request.app.state.accounts
    return found


OurTokens = Annotated[Tokens, Depends(this_tokens)]
OurAccounts = Annotated[Accounts, Depends(this_accounts)]


def open_session(accounts: OurAccounts) -> Iterator[Session]:
    """This request's database session."""
    with Session(accounts.engine) as session:
        yield session


Database = Annotated[Session, Depends(open_session)]


def signed_in(
    sent: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)], tokens: OurTokens, db: Database
) -> SignIn:
    """The sign-in whose access token the request carries."""
    if sent is None:
        raise UnauthenticatedError
    claims = tokens.read(sent.credentials, "access")
    found = db.get(SignIn, claims.sid)
    if found is None or str(found.member_id) != claims.sub:
        raise InvalidTokenError
    return found


SignedIn = Annotated[SignIn, Depends(signed_in)]


# Hashing and the database take time: `def`, so that they run in threads and not on the event loop.
@router.post("/members", status_code=201)
def register(new: Registration, accounts: OurAccounts, db: Database) -> MemberShown:
    """Become a member."""
    return MemberShown.model_validate(accounts.register(db, new))


@router.post("/tokens")
def sign_in(given: Credentials, accounts: OurAccounts, tokens: OurTokens, db: Database) -> TokenPair:
    """Exchange a password for tokens."""
    member = accounts.verify(db, given)
    new = SignIn(id=uuid.uuid4().hex, member_id=member.id, refresh_id=uuid.uuid4().hex)
    db.add(new)
    db.commit()
    return tokens.pair(new)


@router.post("/tokens/refresh")
def refresh(renewal: Renewal, tokens: OurTokens, db: Database) -> TokenPair:
    """Exchange a refresh token, once, for new tokens."""
    claims = tokens.read(renewal.refresh_token, "refresh")
    # One statement decides who used it first.
    used = db.scalar(
        update(SignIn)
        .where(SignIn.id == claims.sid, SignIn.refresh_id == claims.jti)
        .values(refresh_id=uuid.uuid4().hex)
        .returning(SignIn)
    )
    if used is None:
        raise InvalidTokenError
    db.commit()
    return tokens.pair(used)


@router.get("/me")
def show_me(current: SignedIn, db: Database) -> MemberShown:
    """Say who the token's bearer is."""
    return MemberShown.model_validate(db.get_one(Member, current.member_id))


@router.delete("/me", status_code=204)
def leave(current: SignedIn, db: Database) -> None:
    """Close the account; the sign-ins go with it."""
    db.execute(delete(Member).where(Member.id == current.member_id))
    db.commit()


@router.post("/logout", status_code=204)
def log_out(current: SignedIn, db: Database) -> None:
    """End this sign-in: none of its tokens is good any more."""
    db.delete(current)
    db.commit()


async def refuse(_request: Request, error: RefusalError) -> JSONResponse:
    """An error of the contract, as JSON, with its challenge."""
    headers = {"WWW-Authenticate": error.challenge} if error.challenge else None
    return JSONResponse({"error": error.error}, error.status, headers)


async def refuse_input(_request: Request, _error: Exception) -> JSONResponse:
    """A body that is not as stated; what it held is not repeated, for it may be a password."""
    return JSONResponse({"error": "invalid input"}, 422)


async def method_not_allowed(request: Request, error: HTTPException) -> Response:
    """List every method of the path in `Allow`: the router lists those of the first route that matches."""
    matching = [
        route
        for route in iter_route_contexts(request.app.routes)
        if route.matches(request.scope)[0] is Match.PARTIAL
    ]
    methods = {method for route in matching for method in route.methods or ()}
    error.headers = {"Allow": ", ".join(sorted(methods))}
    return await http_exception_handler(request, error)


def create_app() -> FastAPI:
    """Build the app from the variables `APP_KEYS` and `APP_CLOCK`."""
    app = FastAPI(
        title="Boathouse accounts",
        exception_handlers={
            RefusalError: refuse,
            RequestValidationError: refuse_input,
            400: refuse_input,  # bytes that are not UTF-8
            405: method_not_allowed,
        },
    )
    keys = dict(entry.split(":", 1) for entry in os.environ["APP_KEYS"].split(","))
    app.state.tokens = Tokens(keys, os.environ.get("APP_CLOCK"))
    app.state.accounts = Accounts()
    app.include_router(router)
    return app
