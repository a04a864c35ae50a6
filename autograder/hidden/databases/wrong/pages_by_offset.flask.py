"""Counts pages from the newest transfer, which moves when another arrives.

Fails: test_pages_stay_where_they_are
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final, Self

from flask import Blueprint, Flask, Response, current_app, g, request, stream_with_context
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
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

__all__ = ["create_app"]

Shown = dict[str, Any]
ShownTransfer = Shown
ShownPage = Shown


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

    giver: Annotated[int, Field(alias="from")]
    taker: Annotated[int, Field(alias="to")]
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
    before: Annotated[int | None, Field(ge=1)] = None


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
    try:
        with session.begin():
            lock_accounts(session, [order])
            return shown(session, [book(session, order, key)])[0]
    except IntegrityError as error:
        # The transaction is rolled back. The account may have been closed, or the key is taken.
        with session.begin():
            known = session.scalar(select(Transfer).where(Transfer.key == key))
            if known is None:
                raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_account") from error
            if (known.giver_id, known.taker_id, known.minutes, known.note) != (
                *(order.giver, order.taker),
                *(order.minutes, order.note),
            ):
                raise Refused(HTTPStatus.CONFLICT, "key_reused") from error
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
    start = page.before or 0
    wanted = wanted.order_by(Transfer.id.desc()).offset(start)
    found = session.scalars(wanted.limit(page.limit + 1)).all()
    here = found[: page.limit]
    more = start + page.limit if len(found) > page.limit else None
    return {"transfers": [show_transfer(each) for each in here], "next": more}


def show_account(account: Account) -> Shown:
    """An account as the contract shows it."""
    return {"id": account.id, "owner": account.owner, "minutes": account.minutes}


def show_transfer(transfer: Transfer) -> Shown:
    """A transfer as the contract shows it."""
    return {
        "id": transfer.id,
        "from": {"id": transfer.giver.id, "owner": transfer.giver.owner},
        "to": {"id": transfer.taker.id, "owner": transfer.taker.owner},
        "minutes": transfer.minutes,
        "note": transfer.note,
    }


ledger = Blueprint("ledger", __name__)


def the_session() -> Session:
    """The request's own session, opened when it is first asked for."""
    if "session" not in g:
        g.session = Session(current_app.extensions["engine"], expire_on_commit=False)
    session: Session = g.session
    return session


def close_session(_error: BaseException | None) -> None:
    """Give the connection back, whatever became of the request; what was not committed is undone."""
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()


@ledger.post("/accounts")
def open_account() -> ResponseReturnValue:
    """Open an account, for an owner who has none."""
    new = NewAccount.model_validate_json(request.get_data())
    account = Account(owner=new.owner, minutes=new.minutes)
    session = the_session()
    session.add(account)
    try:
        session.commit()
    except IntegrityError as error:
        raise Refused(HTTPStatus.CONFLICT, "owner_taken") from error
    return show_account(account), HTTPStatus.CREATED


@ledger.get("/accounts/<int:number>")
def read_account(number: int) -> ResponseReturnValue:
    """One account."""
    account = the_session().get(Account, number)
    if account is None:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found")
    return show_account(account)


@ledger.delete("/accounts/<int:number>")
def close_account(number: int) -> ResponseReturnValue:
    """Close an account that no transfer names: the foreign keys know."""
    session = the_session()
    try:
        gone = session.scalar(delete(Account).where(Account.id == number).returning(Account.id))
        session.commit()
    except IntegrityError as error:
        raise Refused(HTTPStatus.CONFLICT, "in_use") from error
    if gone is None:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found")
    return "", HTTPStatus.NO_CONTENT


@ledger.get("/accounts/<int:number>/transfers")
def list_transfers(number: int) -> ResponseReturnValue:
    """A page of an account's transfers."""
    return page_of(the_session(), number, Page.model_validate(request.args.to_dict()))


@ledger.post("/transfers")
def transfer() -> ResponseReturnValue:
    """Carry out one transfer."""
    order = Order.model_validate_json(request.get_data())
    return transfer_once(the_session(), order, request.headers.get("Idempotency-Key")), HTTPStatus.CREATED


@ledger.post("/rounds")
def transfer_round() -> ResponseReturnValue:
    """Carry out several transfers, or none of them."""
    orders = Round.model_validate_json(request.get_data()).transfers
    session = the_session()
    with session.begin():
        lock_accounts(session, orders)
        done = shown(session, [book(session, order) for order in orders])
    return {"transfers": done}, HTTPStatus.CREATED


@ledger.get("/accounts.csv")
def export_accounts() -> Response:
    """All accounts as CSV, line by line."""
    return Response(stream_with_context(csv_lines()), mimetype="text/csv")


def csv_lines() -> Iterator[str]:
    """The lines of the export: rows come in portions, however many there are."""
    # Asked for in here: the view's own session is closed when the view returns.
    session = the_session()
    line = io.StringIO()
    write = csv.writer(line).writerow
    write(("id", "owner", "minutes"))
    rows = session.execute(select(Account.id, Account.owner, Account.minutes).order_by(Account.id))
    for row in rows.yield_per(100):
        yield line.getvalue()
        line.seek(0)
        line.truncate()
        write(row)
    yield line.getvalue()


def show_refusal(error: Refused) -> ResponseReturnValue:
    """The contract's envelope."""
    return {"error": error.code}, error.status


def show_invalid(_error: ValidationError) -> ResponseReturnValue:
    """A body or a query that the contract does not take."""
    return {"error": "invalid"}, HTTPStatus.UNPROCESSABLE_ENTITY


def create_app(config: Mapping[str, object] | None = None) -> Flask:
    """Build the app; `DATABASE_URL` says where its tables are, in the settings or in the environment."""
    app = Flask(__name__)
    app.config["DATABASE_URL"] = os.environ.get("DATABASE_URL", "sqlite:///bank.db")
    app.config.from_mapping(config or {})
    app.extensions["engine"] = open_engine(app.config["DATABASE_URL"])
    app.register_blueprint(ledger)
    app.register_error_handler(Refused, show_refusal)
    app.register_error_handler(ValidationError, show_invalid)
    app.teardown_appcontext(close_session)
    return app
