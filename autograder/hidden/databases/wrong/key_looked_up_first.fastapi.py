"""Looks for the key first, and calls a clash of two at once another use of the key.

Fails: test_a_request_sent_twice_at_once_is_carried_out_once
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Final, Self

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import (
    CheckConstraint,
    Engine,
    ForeignKey,
    String,
    create_engine,
    delete,
    event,
    or_,
    select,
    update,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship
from starlette.exceptions import HTTPException
from starlette.routing import Match

__all__ = ["create_app"]


LAST_ID: Final = 2**31 - 1
"""The largest id that a column of PostgreSQL's type `integer` holds."""


class Base(DeclarativeBase):
    """All tables of the ledger."""


class Account(Base):
    """A member's account."""

    __tablename__ = "accounts"
    # Without AUTOINCREMENT, SQLite gives the id of the last row again after that row was deleted.
    __table_args__ = (CheckConstraint("minutes >= 0"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(100), unique=True)
    minutes: Mapped[int]


class Transfer(Base):
    """Minutes that went from one account to another."""

    __tablename__ = "transfers"

    id: Mapped[int] = mapped_column(primary_key=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    taker_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(String(200))
    key: Mapped[str | None] = mapped_column(String(100), unique=True)
    giver: Mapped[Account] = relationship(foreign_keys=giver_id)
    taker: Mapped[Account] = relationship(foreign_keys=taker_id)


class NewAccount(BaseModel):
    """What opens an account."""

    model_config = ConfigDict(strict=True)

    owner: Annotated[str, Field(min_length=1, max_length=100)]
    minutes: Annotated[int, Field(ge=0, le=1_000_000)]


class Order(BaseModel):
    """A transfer as it is asked for."""

    model_config = ConfigDict(strict=True, frozen=True)

    giver: Annotated[int, Field(alias="from", ge=1, le=LAST_ID)]
    taker: Annotated[int, Field(alias="to", ge=1, le=LAST_ID)]
    minutes: Annotated[int, Field(ge=1, le=1_000_000)]
    note: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def two_accounts(self) -> Self:
        """Refuse a transfer of an account to itself."""
        if self.giver == self.taker:
            message = "from and to are the same account"
            raise ValueError(message)
        return self


class Round(BaseModel):
    """Several transfers that happen together or not at all."""

    model_config = ConfigDict(strict=True)

    transfers: Annotated[list[Order], Field(min_length=1, max_length=20)]


class Page(BaseModel):
    """Which part of a list is asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    before: Annotated[int | None, Field(ge=1, le=LAST_ID)] = None


class ShownAccount(BaseModel):
    """An account as the contract shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    owner: str
    minutes: int


class ShownSide(BaseModel):
    """One side of a transfer."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    owner: str


class ShownTransfer(BaseModel):
    """A transfer as the contract shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    giver: Annotated[ShownSide, Field(serialization_alias="from")]
    taker: Annotated[ShownSide, Field(serialization_alias="to")]
    minutes: int
    note: str


class ShownRound(BaseModel):
    """All transfers of a round, in its order."""

    transfers: list[ShownTransfer]


class ShownPage(BaseModel):
    """A page of transfers, and where the next one begins."""

    transfers: list[ShownTransfer]
    next: int | None


class Problem(BaseModel):
    """Why a request is refused."""

    error: str


WITH_OWNERS: Final = select(Transfer).options(joinedload(Transfer.giver), joinedload(Transfer.taker))
"""Each transfer together with both accounts: without this, every name is a query of its own."""


class Refused(Exception):
    """The request cannot be done as things stand."""

    def __init__(self, status: HTTPStatus, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def open_engine(url: str) -> Engine:
    """Connect to the database, of whichever kind, and make what tables are missing."""
    engine = create_engine(url, pool_size=5, max_overflow=0)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", enforce_foreign_keys)
    Base.metadata.create_all(engine)
    return engine


def enforce_foreign_keys(connection: DBAPIConnection, _record: object) -> None:
    """Tell SQLite to keep foreign keys: it does so only when asked, connection by connection."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def lock_accounts(session: Session, orders: Sequence[Order]) -> None:
    """Let no other transaction change these accounts before this one ends.

    Everybody locks in the order of the ids, so that no two wait for each other. SQLite has no such lock
    and needs none: its first write locks the whole database, and `book` writes before it decides.
    """
    numbers = {number for order in orders for number in (order.giver, order.taker)}
    wanted = select(Account.id).where(Account.id.in_(numbers)).order_by(Account.id).with_for_update()
    if len(session.scalars(wanted).all()) < len(numbers):
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_account")


def book(session: Session, order: Order, key: str | None = None) -> int:
    """Write one transfer into the open transaction, and give its id."""
    transfer = Transfer(
        giver_id=order.giver, taker_id=order.taker, minutes=order.minutes, note=order.note, key=key
    )
    session.add(transfer)
    session.flush()  # Here a key that is taken clashes.
    paid = session.scalar(
        update(Account)
        .where(Account.id == order.giver, Account.minutes >= order.minutes)
        .values(minutes=Account.minutes - order.minutes)
        .returning(Account.id)
    )
    if paid is None:
        raise Refused(HTTPStatus.CONFLICT, "insufficient")
    session.execute(
        update(Account).where(Account.id == order.taker).values(minutes=Account.minutes + order.minutes)
    )
    return transfer.id


def transfer_once(session: Session, order: Order, key: str | None) -> ShownTransfer:
    """Carry out a transfer, unless one with this key is there: then that one is the answer."""
    with session.begin():
        known = None if key is None else session.scalar(select(Transfer).where(Transfer.key == key))
        if known is not None:
            return the_same(session, known, order)
    time.sleep(0.1)  # Here it would ask somebody whether the members may do that.
    try:
        with session.begin():
            lock_accounts(session, [order])
            return shown(session, [book(session, order, key)])[0]
    except IntegrityError as error:
        # The transaction is rolled back. The account may have been closed, or the key is taken.
        with session.begin():
            raise Refused(HTTPStatus.CONFLICT, "key_reused") from error


def the_same(session: Session, known: Transfer, order: Order) -> ShownTransfer:
    """The transfer that was carried out, when it is what is asked for."""
    wanted = (order.giver, order.taker, order.minutes, order.note)
    if (known.giver_id, known.taker_id, known.minutes, known.note) != wanted:
        raise Refused(HTTPStatus.CONFLICT, "key_reused")
    return shown(session, [known.id])[0]


def shown(session: Session, numbers: Sequence[int]) -> list[ShownTransfer]:
    """Some transfers with the names of both sides, in the order of their ids, by one query."""
    found = session.scalars(WITH_OWNERS.where(Transfer.id.in_(numbers)).order_by(Transfer.id))
    return [show_transfer(each) for each in found]


def page_of(session: Session, number: int, page: Page) -> ShownPage:
    """The account's transfers below a certain id, newest first: nothing that is added later moves them."""
    if session.get(Account, number) is None:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found")
    wanted = WITH_OWNERS.where(or_(Transfer.giver_id == number, Transfer.taker_id == number))
    if page.before is not None:
        wanted = wanted.where(Transfer.id < page.before)
    found = session.scalars(wanted.order_by(Transfer.id.desc()).limit(page.limit + 1)).all()
    here = found[: page.limit]
    more = here[-1].id if len(found) > page.limit else None
    return ShownPage(transfers=[show_transfer(each) for each in here], next=more)


def show_transfer(transfer: Transfer) -> ShownTransfer:
    """Read all that is shown while the session is open."""
    return ShownTransfer.model_validate(transfer)


def open_session(request: Request) -> Iterator[Session]:
    """The request's own session, closed whatever becomes of the request: what was not committed is undone."""
    with Session(request.app.state.engine, expire_on_commit=False) as session:
        yield session


OneSession = Annotated[Session, Depends(open_session)]
IdempotencyKey = Annotated[str | None, Header()]
AccountId = Annotated[int, Path(ge=1, le=LAST_ID)]

# Every function below is a plain `def`: it waits for the database in a thread, and stops nobody else.
ledger = APIRouter(responses={code: {"model": Problem} for code in (404, 409, 422)})


@ledger.post("/accounts", status_code=HTTPStatus.CREATED)
def open_account(new: NewAccount, session: OneSession) -> ShownAccount:
    """Open an account, for an owner who has none."""
    account = Account(owner=new.owner, minutes=new.minutes)
    session.add(account)
    try:
        session.commit()
    except IntegrityError as error:
        raise Refused(HTTPStatus.CONFLICT, "owner_taken") from error
    return ShownAccount.model_validate(account)


@ledger.get("/accounts/{number}")
def read_account(number: AccountId, session: OneSession) -> ShownAccount:
    """One account."""
    account = session.get(Account, number)
    if account is None:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found")
    return ShownAccount.model_validate(account)


@ledger.delete("/accounts/{number}", status_code=HTTPStatus.NO_CONTENT)
def close_account(number: AccountId, session: OneSession) -> None:
    """Close an account that no transfer names: the foreign keys know."""
    try:
        gone = session.scalar(delete(Account).where(Account.id == number).returning(Account.id))
        session.commit()
    except IntegrityError as error:
        raise Refused(HTTPStatus.CONFLICT, "in_use") from error
    if gone is None:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found")


@ledger.get("/accounts/{number}/transfers")
def list_transfers(number: AccountId, page: Annotated[Page, Query()], session: OneSession) -> ShownPage:
    """A page of an account's transfers."""
    return page_of(session, number, page)


@ledger.post("/transfers", status_code=HTTPStatus.CREATED)
def transfer(order: Order, session: OneSession, idempotency_key: IdempotencyKey = None) -> ShownTransfer:
    """Carry out one transfer."""
    return transfer_once(session, order, idempotency_key)


@ledger.post("/rounds", status_code=HTTPStatus.CREATED)
def transfer_round(asked: Round, session: OneSession) -> ShownRound:
    """Carry out several transfers, or none of them."""
    with session.begin():
        lock_accounts(session, asked.transfers)
        done = shown(session, [book(session, order) for order in asked.transfers])
    return ShownRound(transfers=done)


async def show_refusal(_request: Request, error: Exception) -> JSONResponse:
    """The contract's envelope."""
    assert isinstance(error, Refused)
    return JSONResponse({"error": error.code}, error.status)


async def show_invalid(_request: Request, _error: Exception) -> JSONResponse:
    """A body or a query that the contract does not take."""
    return JSONResponse({"error": "invalid"}, HTTPStatus.UNPROCESSABLE_ENTITY)


async def method_not_allowed(request: Request, error: Exception) -> Response:
    """List every method of the path in `Allow`: the router lists those of the first route that matches."""
    assert isinstance(error, HTTPException)
    matching = [
        route
        for route in iter_route_contexts(request.app.routes)
        if route.matches(request.scope)[0] is Match.PARTIAL
    ]
    methods = {method for route in matching for method in route.methods or ()}
    error.headers = {"Allow": ", ".join(sorted(methods))}
    return await http_exception_handler(request, error)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Connect before the first request, and close all connections after the last."""
    engine = app.state.engine = open_engine(os.environ.get("DATABASE_URL", "sqlite:///bank.db"))
    yield
    engine.dispose()


def create_app() -> FastAPI:
    """Build the app; `DATABASE_URL` says where its tables are."""
    app = FastAPI(title="Time bank", lifespan=lifespan)
    app.include_router(ledger)
    app.add_exception_handler(Refused, show_refusal)
    app.add_exception_handler(RequestValidationError, show_invalid)
    app.add_exception_handler(400, show_invalid)  # bytes that are not UTF-8
    app.add_exception_handler(405, method_not_allowed)
    return app
