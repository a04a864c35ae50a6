"""The rowing club's accounts, in FastAPI."""

import os
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from math import floor
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, StrictFloat, StrictInt, StrictStr, StringConstraints, ValidationError
from sqlalchemy import ForeignKey, NullPool, create_engine, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

__all__ = ["create_app"]

LIFETIMES: Final = {"access": 900, "refresh": 604_800}
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Verified for an e-mail that nobody has: without it, that answer would come some 50 ms sooner, and a stopwatch
# would tell who is a member. It is the hash of random bytes.
DECOY: Final = "$argon2id$v=19$m=19456,t=2,p=1$LVt5fTCJOemacSvOpJM/HA$Njt3n928+hfJKNHWBSYLXZhzbcbuIqlyDDqBF+6wrhg"


# --- tables ---------------------------------------------------------------------------------------------------


class Base(DeclarativeBase):
    pass


class Member(Base):
    __tablename__ = "members"
    __table_args__ = {"sqlite_autoincrement": True}  # an id is never given twice

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]


class SignIn(Base):
    __tablename__ = "sign_ins"

    sid: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))


class UsedRefreshToken(Base):
    __tablename__ = "used_refresh_tokens"

    jti: Mapped[str] = mapped_column(primary_key=True)
    sid: Mapped[str]


# --- what comes in and goes out -------------------------------------------------------------------------------


EMAIL: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+")


def normal_email(text: str) -> str:
    """The e-mail in lower case; a `ValueError` when it is none."""
    if len(text) > 254 or not EMAIL.fullmatch(text):
        raise ValueError("no e-mail")
    return text.lower()


class Credentials(BaseModel):
    email: StrictStr
    password: StrictStr


class Application(BaseModel):
    email: Annotated[StrictStr, AfterValidator(normal_email)]
    password: Annotated[str, StringConstraints(strict=True, min_length=10, max_length=200)]


class RefreshRequest(BaseModel):
    refresh_token: StrictStr


class Profile(BaseModel):
    id: int
    email: str


class TokenPair(BaseModel):
    access_token: str
    refresh_token: str
    token_type: str = "Bearer"
    expires_in: int = LIFETIMES["access"]


class Claims(BaseModel):
    sub: StrictStr
    use: Literal["access", "refresh"]
    sid: StrictStr
    jti: StrictStr
    iat: StrictInt | StrictFloat
    exp: StrictInt | StrictFloat


class Refusal(Exception):
    def __init__(self, status: int, error: str, challenge: str | None = None) -> None:
        super().__init__(error)
        self.status, self.error, self.challenge = status, error, challenge


INVALID_INPUT: Final = (422, "invalid input")
EMAIL_TAKEN: Final = (409, "email taken")
WRONG_CREDENTIALS: Final = (401, "wrong e-mail or password", "Bearer")
NOT_AUTHENTICATED: Final = (401, "not authenticated", "Bearer")
INVALID_TOKEN: Final = (401, "invalid token", 'Bearer error="invalid_token"')

Model = TypeVar("Model", bound=BaseModel)


def body_of(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """A dependency that reads the body as this model, from its bytes.

    FastAPI's own reading answers 400 for a body that is not UTF-8, and looks at the content type.
    """

    async def read(request: Request) -> Model:
        try:
            return model.model_validate_json(await request.body())
        except ValidationError:
            raise Refusal(*INVALID_INPUT) from None

    return read


def documented(model: type[BaseModel]) -> dict[str, object]:
    """The body for the OpenAPI document."""
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


# --- tokens ---------------------------------------------------------------------------------------------------


class TokenOffice:
    """Issues tokens and reads them, with the keys and the clock of the surroundings."""

    _FORM: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)  # no "=": PyJWT would take padding

    def __init__(self, keys: str, clock: str | None) -> None:
        pairs = [entry.split(":", 1) for entry in keys.split(",")]
        self._keys = {kid: secret.encode() for kid, secret in pairs}
        self._kid = pairs[0][0]
        self._stopped = datetime.fromisoformat(clock) if clock else None

    def now(self) -> int:
        return floor((self._stopped or datetime.now(UTC)).timestamp())

    def issue(self, member: int, sid: str) -> TokenPair:
        issued = self.now()
        made = {
            f"{use}_token": jwt.encode(
                {
                    "sub": str(member),
                    "use": use,
                    "sid": sid,
                    "jti": secrets.token_urlsafe(16),
                    "iat": issued,
                    "exp": issued + lifetime,
                },
                self._keys[self._kid],
                "HS256",
                {"kid": self._kid},
            )
            for use, lifetime in LIFETIMES.items()
        }
        return TokenPair(**made)

    def read(self, token: str, use: str) -> Claims:
        if not self._FORM.fullmatch(token):
            raise Refusal(*INVALID_TOKEN)
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            # PyJWT checks the signature and nothing else: its clock is the machine's, and it would also judge
            # claims that mean nothing here, such as `aud`.
            unchecked = {f"verify_{what}": False for what in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")}
            claims = Claims.model_validate(jwt.decode(token, key, ["HS256"], unchecked))
        except (jwt.PyJWTError, KeyError, ValidationError):
            raise Refusal(*INVALID_TOKEN) from None
        if claims.use != use or not self.now() < claims.exp:
            raise Refusal(*INVALID_TOKEN)
        return claims


# --- the app --------------------------------------------------------------------------------------------------


def create_app() -> FastAPI:
    """Build the app from the variables `APP_KEYS` and `APP_CLOCK`."""
    office = TokenOffice(os.environ["APP_KEYS"], os.environ.get("APP_CLOCK"))
    engine = create_engine(f"sqlite:///{Path('members.db').absolute()}", poolclass=NullPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)

    app = FastAPI(title="Boathouse accounts")

    @app.exception_handler(Refusal)
    async def tell(_request: Request, refusal: Refusal) -> Response:
        headers = {"WWW-Authenticate": refusal.challenge} if refusal.challenge else None
        return JSONResponse({"error": refusal.error}, refusal.status, headers)

    def database() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    Db = Annotated[Session, Depends(database)]

    def owner_of(claims: Claims, db: Session) -> Member:
        """Whose token it is: of a sign-in that goes on and a member who is still here."""
        found = db.scalar(
            select(Member).join(SignIn, SignIn.member_id == Member.id).where(SignIn.sid == claims.sid)
        )
        if found is None or str(found.id) != claims.sub:
            raise Refusal(*INVALID_TOKEN)
        return found

    bearer = HTTPBearer(auto_error=False)

    def access_claims(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> Claims:
        if credentials is None:
            raise Refusal(*NOT_AUTHENTICATED)
        return office.read(credentials.credentials.strip(" "), "access")

    Access = Annotated[Claims, Depends(access_claims)]

    def caller(claims: Access, db: Db) -> Member:
        return owner_of(claims, db)

    Caller = Annotated[Member, Depends(caller)]

    def forget(db: Session, *sids: str) -> None:
        db.execute(delete(SignIn).where(SignIn.sid.in_(sids)))
        db.execute(delete(UsedRefreshToken).where(UsedRefreshToken.sid.in_(sids)))

    @app.post("/members", status_code=201, openapi_extra=documented(Application))
    def register(body: Annotated[Application, Depends(body_of(Application))], db: Db) -> Profile:
        if db.scalar(select(Member.id).where(Member.email == body.email)) is not None:
            raise Refusal(*EMAIL_TAKEN)
        db.rollback()  # no lock while the password is hashed
        member = Member(email=body.email, password_hash=HASHER.hash(body.password))
        db.add(member)
        try:
            db.commit()
        except IntegrityError:
            raise Refusal(*EMAIL_TAKEN) from None
        return Profile(id=member.id, email=member.email)

    @app.post("/tokens", openapi_extra=documented(Credentials))
    def sign_in(body: Annotated[Credentials, Depends(body_of(Credentials))], db: Db) -> TokenPair:
        try:
            member = db.scalar(select(Member).where(Member.email == normal_email(body.email)))
        except ValueError:
            member = None
        try:
            HASHER.verify(member.password_hash if member else DECOY, body.password)
        except VerifyMismatchError:
            raise Refusal(*WRONG_CREDENTIALS) from None
        if member is None:
            raise Refusal(*WRONG_CREDENTIALS)
        begun = SignIn(sid=secrets.token_urlsafe(16), member_id=member.id)
        pair = office.issue(member.id, begun.sid)
        db.add(begun)
        db.commit()
        return pair

    @app.post("/tokens/refresh", openapi_extra=documented(RefreshRequest))
    def refresh(body: Annotated[RefreshRequest, Depends(body_of(RefreshRequest))], db: Db) -> TokenPair:
        claims = office.read(body.refresh_token, "refresh")
        pair = office.issue(owner_of(claims, db).id, claims.sid)
        db.add(UsedRefreshToken(jti=claims.jti, sid=claims.sid))
        try:
            db.commit()
        except IntegrityError:  # the primary key: it was used before
            raise Refusal(*INVALID_TOKEN) from None
        return pair

    @app.get("/me")
    def show_me(me: Caller) -> Profile:
        return Profile(id=me.id, email=me.email)

    @app.delete("/me", status_code=204)
    def leave(me: Caller, db: Db) -> Response:
        forget(db, *db.scalars(select(SignIn.sid).where(SignIn.member_id == me.id)))
        db.delete(me)
        db.commit()
        return Response(status_code=204)

    @app.post("/logout", status_code=204)
    def log_out(_me: Caller, claims: Access, db: Db) -> Response:
        forget(db, claims.sid)
        db.commit()
        return Response(status_code=204)

    return app
