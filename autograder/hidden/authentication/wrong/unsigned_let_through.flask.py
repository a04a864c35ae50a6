"""Lets a token that says it is unsigned through.

Fails: test_another_algorithm_is_refused
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar, cast

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Blueprint, Flask, current_app, g, request, session
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from sqlalchemy import ForeignKey, create_engine, delete, event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

__all__ = ["create_app"]

ALGORITHM = "HS256"
ACCESS_S = 900
REFRESH_S = 604_800

Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[!-?A-~]+@[!-?A-~]+$", to_lower=True)]
Use = Literal["access", "refresh"]
Model = TypeVar("Model", bound=BaseModel)


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

    def pair(self, sign_in: SignIn) -> dict[str, str | int]:
        """What a client gets when it signs in or refreshes."""
        return {
            "access_token": self.sign(sign_in, "access", uuid.uuid4().hex),
            "refresh_token": self.sign(sign_in, "refresh", sign_in.refresh_id),
            "token_type": "Bearer",
            "expires_in": ACCESS_S,
        }

    def read(self, token: str, use: Use) -> Claims:
        """What a good token says.

        Raises:
            InvalidTokenError: for a token that is forged, expired, incomplete or meant for another use.
        """
        # The library compares with the machine's clock; ours can be set.
        by_our_clock = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            secret = self.keys[jwt.get_unverified_header(token)["kid"]]
            by_our_clock["verify_signature"] = jwt.get_unverified_header(token)["alg"].lower() != "none"
            payload = jwt.decode(token, secret, algorithms=[ALGORITHM], options=cast("Any", by_our_clock))
            claims = Claims.model_validate(payload)
        except (KeyError, jwt.InvalidTokenError, ValidationError) as error:
            raise InvalidTokenError from error
        if claims.use != use or self.now() >= claims.exp:
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


api = Blueprint("api", __name__)
board = Blueprint("board", __name__, url_prefix="/board")


def tokens() -> Tokens:
    """The tokens of the app that answers this request."""
    found: Tokens = current_app.extensions["tokens"]
    return found


def accounts() -> Accounts:
    """The accounts of the app that answers this request."""
    found: Accounts = current_app.extensions["accounts"]
    return found


def database() -> Session:
    """This request's database session."""
    if "db" not in g:
        g.db = Session(accounts().engine)
    found: Session = g.db
    return found


def close_database(_error: BaseException | None) -> None:
    """Give the connection back, whatever happened."""
    if "db" in g:
        g.pop("db").close()


def body_as(model: type[Model]) -> Model:
    """The request's body. Raises pydantic's ValidationError when it is not as the model says."""
    try:
        body = request.get_json(force=True, silent=True)
    except RecursionError:  # the parser gives up on lists within lists within lists
        body = None
    return model.model_validate(body)


def signed_in() -> SignIn:
    """The sign-in whose access token the request carries."""
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        raise UnauthenticatedError
    claims = tokens().read(sent.token, "access")
    found = database().get(SignIn, claims.sid)
    if found is None or str(found.member_id) != claims.sub:
        raise InvalidTokenError
    return found


def shown(member: Member) -> dict[str, object]:
    """A member as the club tells of one."""
    return {"id": member.id, "email": member.email}


@api.post("/members")
def register() -> tuple[dict[str, object], int]:
    """Become a member."""
    return shown(accounts().register(database(), body_as(Registration))), 201


@api.post("/tokens")
def sign_in() -> dict[str, str | int]:
    """Exchange a password for tokens."""
    db = database()
    member = accounts().verify(db, body_as(Credentials))
    new = SignIn(id=uuid.uuid4().hex, member_id=member.id, refresh_id=uuid.uuid4().hex)
    db.add(new)
    db.commit()
    return tokens().pair(new)


@api.post("/tokens/refresh")
def refresh() -> dict[str, str | int]:
    """Exchange a refresh token, once, for new tokens."""
    db = database()
    claims = tokens().read(body_as(Renewal).refresh_token, "refresh")
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
    return tokens().pair(used)


@api.get("/me")
def show_me() -> dict[str, object]:
    """Say who the token's bearer is."""
    return shown(database().get_one(Member, signed_in().member_id))


@api.delete("/me")
def leave() -> tuple[str, int]:
    """Close the account; the sign-ins go with it."""
    database().execute(delete(Member).where(Member.id == signed_in().member_id))
    database().commit()
    return "", 204


@api.post("/logout")
def log_out() -> tuple[str, int]:
    """End this sign-in: none of its tokens is good any more."""
    database().delete(signed_in())
    database().commit()
    return "", 204


@board.post("/sign-in")
def sign_in_at_the_board() -> tuple[str, int]:
    """Exchange a password for the signed cookie."""
    session["member_id"] = accounts().verify(database(), body_as(Credentials)).id
    return "", 204


@board.get("")
def show_board() -> dict[str, str]:
    """Greet whoever the cookie names."""
    member = database().get(Member, session.get("member_id", 0))
    if member is None:
        raise UnauthenticatedError
    return {"email": member.email}


@board.errorhandler(RefusalError)
def refuse_at_the_board(error: RefusalError) -> tuple[dict[str, str], int, dict[str, str]]:
    """The same refusal, with a challenge for the cookie: the board accepts no tokens."""
    return {"error": error.error}, error.status, {"WWW-Authenticate": "Cookie cookie-name=session"}


def refuse(error: RefusalError) -> tuple[dict[str, str], int, dict[str, str]]:
    """An error of the contract, as JSON, with its challenge."""
    headers = {"WWW-Authenticate": error.challenge} if error.challenge else {}
    return {"error": error.error}, error.status, headers


def refuse_input(_error: ValidationError) -> tuple[dict[str, str], int]:
    """A body that is not as stated; what it held is not repeated, for it may be a password."""
    return {"error": "invalid input"}, 422


def create_app() -> Flask:
    """Build the app from the variables `APP_KEYS` and `APP_CLOCK`."""
    keys = dict(entry.split(":", 1) for entry in os.environ["APP_KEYS"].split(","))
    first, *older = keys.values()
    app = Flask(__name__)
    app.config.from_mapping(SECRET_KEY=first, SECRET_KEY_FALLBACKS=older, SESSION_COOKIE_SAMESITE="Lax")
    app.extensions["tokens"] = Tokens(keys, os.environ.get("APP_CLOCK"))
    app.extensions["accounts"] = Accounts()
    app.register_blueprint(api)
    app.register_blueprint(board)
    app.register_error_handler(RefusalError, refuse)
    app.register_error_handler(ValidationError, refuse_input)
    app.teardown_appcontext(close_database)
    return app
