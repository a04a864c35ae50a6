"""The time bank's ledger, in Flask."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from typing import Annotated, Self

from flask import Flask, Response, g, request, stream_with_context
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Engine,
    ForeignKey,
    String,
    create_engine,
    delete,
    event,
    make_url,
    or_,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from werkzeug.exceptions import HTTPException

__all__ = ["create_app"]

MAX_ID = 2**31 - 1

STATUS = {
    "invalid": 422,
    "not_found": 404,
    "unknown_account": 422,
    "owner_taken": 409,
    "in_use": 409,
    "insufficient": 409,
    "key_reused": 409,
}


class RefusedError(Exception):
    """A request that the ledger does not carry out; `code` is a key of `STATUS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# --- tables ---------------------------------------------------------------------------------------


class Base(DeclarativeBase):
    """All tables of the ledger."""


class Account(Base):
    """A member's account."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="never_below_zero"),
        {"sqlite_autoincrement": True},  # an id is never given again
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(100), unique=True)
    minutes: Mapped[int] = mapped_column(BigInteger)

    def shown(self) -> dict[str, object]:
        return {"id": self.id, "owner": self.owner, "minutes": self.minutes}


class Transfer(Base):
    """Minutes that went from one account to another."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("minutes >= 1", name="moves_something"),
        CheckConstraint("giver_id <> taker_id", name="two_accounts"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey(Account.id), index=True)
    taker_id: Mapped[int] = mapped_column(ForeignKey(Account.id), index=True)
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(String(200))
    key: Mapped[str | None] = mapped_column(String(100), unique=True)

    giver: Mapped[Account] = relationship(foreign_keys=giver_id, lazy="joined", innerjoin=True)
    taker: Mapped[Account] = relationship(foreign_keys=taker_id, lazy="joined", innerjoin=True)

    def shown(self) -> dict[str, object]:
        return {
            "id": self.id,
            "from": {"id": self.giver_id, "owner": self.giver.owner},
            "to": {"id": self.taker_id, "owner": self.taker.owner},
            "minutes": self.minutes,
            "note": self.note,
        }


# --- what is sent ---------------------------------------------------------------------------------


def storable(text: str) -> str:
    """PostgreSQL keeps no NUL, so no database gets one."""
    if "\0" in text:
        raise ValueError("NUL")
    return text


Text = Annotated[str, AfterValidator(storable)]


class Sent(BaseModel):
    """A JSON body, nothing of which is converted."""

    model_config = ConfigDict(strict=True)


class NewAccount(Sent):
    owner: Text = Field(min_length=1, max_length=100)
    minutes: int = Field(ge=0, le=1_000_000)


class NewTransfer(Sent):
    giver: int = Field(alias="from")
    taker: int = Field(alias="to")
    minutes: int = Field(ge=1, le=1_000_000)
    note: Text = Field(default="", max_length=200)

    @model_validator(mode="after")
    def between_two(self) -> Self:
        if self.giver == self.taker:
            raise ValueError("from and to are one account")
        return self


class NewRound(Sent):
    transfers: list[NewTransfer] = Field(min_length=1, max_length=20)


def whole(text: str | None, default: int | None, most: int | None = None) -> int | None:
    """A whole number from 1 out of a query."""
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,100}", text):
        raise RefusedError("invalid")
    number = int(text)
    if number < 1 or (most is not None and number > most):
        raise RefusedError("invalid")
    return number


def key_of(header: str | None) -> str | None:
    """The idempotency key, if there is one."""
    if not header:
        return None
    if not re.fullmatch(r"[ -~]{1,100}", header):
        raise RefusedError("invalid")
    return header


# --- the engine -----------------------------------------------------------------------------------

WRITING = {"sqlite_begin": "IMMEDIATE"}


def open_engine(url: str) -> Engine:
    """Connect to the database, and make the tables that are missing."""
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    arguments = {"timeout": 30} if is_sqlite else {}
    engine = create_engine(url, pool_size=5, max_overflow=0, connect_args=arguments)

    if is_sqlite:

        @event.listens_for(engine, "connect")
        def prepare(connection, _record) -> None:
            # The driver begins no transaction by itself: `begin` below does.
            connection.isolation_level = None
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA journal_mode = WAL")

        @event.listens_for(engine, "begin")
        def begin(connection) -> None:
            # Who is going to write says so at once: two readers that both want to write lock each other out.
            mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
            connection.exec_driver_sql(f"BEGIN {mode}")

    with engine.execution_options(**WRITING).begin() as connection:
        Base.metadata.create_all(connection)
    return engine


# --- the ledger -----------------------------------------------------------------------------------


def find_account(session: Session, number: int) -> Account:
    account = session.get(Account, number) if 1 <= number <= MAX_ID else None
    if account is None:
        raise RefusedError("not_found")
    return account


def open_account(session: Session, new: NewAccount) -> dict[str, object]:
    session.connection(execution_options=WRITING)
    account = Account(owner=new.owner, minutes=new.minutes)
    session.add(account)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise RefusedError("owner_taken") from None
    answer = account.shown()
    session.commit()
    return answer


def close_account(session: Session, number: int) -> None:
    session.connection(execution_options=WRITING)
    find_account(session, number)
    try:
        closed = session.execute(delete(Account).where(Account.id == number)).rowcount
    except IntegrityError:
        session.rollback()
        raise RefusedError("in_use") from None
    session.commit()
    if not closed:
        raise RefusedError("not_found")


def list_transfers(session: Session, number: int, limit: int, before: int | None) -> dict[str, object]:
    find_account(session, number)
    query = select(Transfer).where(or_(Transfer.giver_id == number, Transfer.taker_id == number))
    if before is not None and before <= MAX_ID:
        query = query.where(Transfer.id < before)
    found = session.scalars(query.order_by(Transfer.id.desc()).limit(limit + 1)).all()
    page = found[:limit]
    return {
        "transfers": [transfer.shown() for transfer in page],
        "next": page[-1].id if len(found) > limit else None,
    }


def lock_accounts(session: Session, wanted: list[NewTransfer]) -> dict[int, Account]:
    """The accounts of some transfers, ours until the end of the transaction; always in one order."""
    session.connection(execution_options=WRITING)
    numbers = {number for new in wanted for number in (new.giver, new.taker) if 1 <= number <= MAX_ID}
    query = select(Account).where(Account.id.in_(numbers)).order_by(Account.id).with_for_update()
    return {account.id: account for account in session.scalars(query)}


def carry_out(session: Session, accounts: dict[int, Account], new: NewTransfer, key: str | None) -> Transfer:
    giver, taker = accounts.get(new.giver), accounts.get(new.taker)
    if giver is None or taker is None:
        raise RefusedError("unknown_account")
    if giver.minutes < new.minutes:
        raise RefusedError("insufficient")
    giver.minutes -= new.minutes
    taker.minutes += new.minutes
    transfer = Transfer(giver=giver, taker=taker, minutes=new.minutes, note=new.note, key=key)
    session.add(transfer)
    session.flush()
    return transfer


def transfer_once(session: Session, new: NewTransfer, key: str | None) -> dict[str, object]:
    accounts = lock_accounts(session, [new])
    if key is not None:
        first = session.scalars(select(Transfer).where(Transfer.key == key)).one_or_none()
        if first is not None:
            then = (first.giver_id, first.taker_id, first.minutes, first.note)
            if then != (new.giver, new.taker, new.minutes, new.note):
                raise RefusedError("key_reused")
            return first.shown()
    answer = carry_out(session, accounts, new, key).shown()
    session.commit()
    return answer


def make_transfer(session: Session, new: NewTransfer, key: str | None) -> dict[str, object]:
    try:
        return transfer_once(session, new, key)
    except IntegrityError:
        # Another transfer between other accounts took the key at this very moment. Now it is to be seen.
        session.rollback()
        return transfer_once(session, new, key)


def make_round(session: Session, new: NewRound) -> dict[str, object]:
    accounts = lock_accounts(session, new.transfers)
    done = [carry_out(session, accounts, each, None) for each in new.transfers]
    answer: dict[str, object] = {"transfers": [transfer.shown() for transfer in done]}
    session.commit()
    return answer


# --- the app --------------------------------------------------------------------------------------


def csv_line(*cells: object) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def create_app() -> Flask:
    """Build the app; `DATABASE_URL` says where its tables are."""
    app = Flask(__name__, static_folder=None)
    engine = open_engine(os.environ.get("DATABASE_URL", "sqlite:///bank.db"))

    def session() -> Session:
        """The session of this request."""
        if "session" not in g:
            g.session = Session(engine)
        return g.session

    @app.teardown_appcontext
    def close_session(_error: BaseException | None) -> None:
        opened = g.pop("session", None)
        if opened is not None:
            opened.close()

    @app.post("/accounts")
    def post_account():
        return open_account(session(), NewAccount.model_validate_json(request.get_data())), 201

    @app.get("/accounts/<int:number>")
    def get_account(number: int):
        return find_account(session(), number).shown()

    @app.delete("/accounts/<int:number>")
    def delete_account(number: int):
        close_account(session(), number)
        return "", 204

    @app.get("/accounts/<int:number>/transfers")
    def get_transfers(number: int):
        limit = whole(request.args.get("limit"), 20, 100)
        before = whole(request.args.get("before"), None)
        return list_transfers(session(), number, limit, before)

    @app.post("/transfers")
    def post_transfer():
        new = NewTransfer.model_validate_json(request.get_data())
        return make_transfer(session(), new, key_of(request.headers.get("Idempotency-Key"))), 201

    @app.post("/rounds")
    def post_round():
        return make_round(session(), NewRound.model_validate_json(request.get_data())), 201

    @app.get("/accounts.csv")
    def get_csv():
        query = select(Account.id, Account.owner, Account.minutes).order_by(Account.id)

        def lines() -> Iterator[str]:
            yield csv_line("id", "owner", "minutes")
            for row in session().execute(query.execution_options(yield_per=500)):
                yield csv_line(*row)

        return Response(stream_with_context(lines()), mimetype="text/csv")

    @app.errorhandler(RefusedError)
    def refuse(error: RefusedError):
        return {"error": error.code}, STATUS[error.code]

    @app.errorhandler(ValidationError)
    def refuse_body(_error: ValidationError):
        return {"error": "invalid"}, 422

    @app.errorhandler(HTTPException)
    def word(error: HTTPException):
        return {"error": error.name.lower().replace(" ", "_")}, error.code or 500

    return app
