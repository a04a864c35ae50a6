"""ORM under one lock of the process, joined loading in the model, a blueprint."""

# Written as a student might.
# ruff: noqa: ANN001, ANN201, ANN202, ANN204, ARG001, D103, FAST002, FAST003, SLF001

from __future__ import annotations

import csv
import io
import json
import os
import threading
from contextlib import contextmanager

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from sqlalchemy import ForeignKey, create_engine, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

__all__ = ["create_app"]


class Problem(Exception):  # noqa: N818
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


def invalid():
    return Problem(422, "invalid")


def whole(value, least, most):
    if type(value) is not int or not least <= value <= most:
        raise invalid()
    return value


def words(value, least, most):
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise invalid()
    return value


def fields(body):
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise invalid() from None
    if not isinstance(data, dict):
        raise invalid()
    return data


def new_account(data):
    return words(data.get("owner"), 1, 100), whole(data.get("minutes"), 0, 1_000_000)


def an_order(data):
    if not isinstance(data, dict):
        raise invalid()
    giver, taker = whole(data.get("from"), 1, 2**31 - 1), whole(data.get("to"), 1, 2**31 - 1)
    if giver == taker:
        raise invalid()
    return giver, taker, whole(data.get("minutes"), 1, 1_000_000), words(data.get("note", ""), 0, 200)


def a_round(data):
    listed = data.get("transfers")
    if not isinstance(listed, list) or not 1 <= len(listed) <= 20:
        raise invalid()
    return [an_order(each) for each in listed]


def a_page(query):
    try:
        limit = int(query.get("limit", "20"))
        before = int(query["before"]) if "before" in query else None
    except ValueError:
        raise invalid() from None
    return whole(limit, 1, 100), before


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "accounts"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(unique=True)
    minutes: Mapped[int]


class Transfer(Base):
    __tablename__ = "transfers"

    id: Mapped[int] = mapped_column(primary_key=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    taker_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    minutes: Mapped[int]
    note: Mapped[str]
    giver: Mapped[Account] = relationship(foreign_keys=giver_id, lazy="joined")
    taker: Mapped[Account] = relationship(foreign_keys=taker_id, lazy="joined")


class Key(Base):
    __tablename__ = "keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"))
    transfer: Mapped[Transfer] = relationship()


LOCK = threading.Lock()


def connect():
    engine = create_engine(os.environ.get("DATABASE_URL", "sqlite:///bank.db"), pool_size=5, max_overflow=0)
    Base.metadata.create_all(engine)
    return engine


@contextmanager
def work(engine):
    with LOCK, Session(engine) as session, session.begin():
        yield session


def show(account):
    return {"id": account.id, "owner": account.owner, "minutes": account.minutes}


def told(done):
    return {
        "id": done.id,
        "from": {"id": done.giver_id, "owner": done.giver.owner},
        "to": {"id": done.taker_id, "owner": done.taker.owner},
        "minutes": done.minutes,
        "note": done.note,
    }


def open_account(engine, owner, minutes):
    try:
        with work(engine) as session:
            account = Account(owner=owner, minutes=minutes)
            session.add(account)
            session.flush()
            return show(account)
    except IntegrityError:
        raise Problem(409, "owner_taken") from None


def find(session, number):
    account = session.get(Account, number)
    if account is None:
        raise Problem(404, "not_found")
    return account


def read_account(engine, number):
    with work(engine) as session:
        return show(find(session, number))


def named_in(number):
    return or_(Transfer.giver_id == number, Transfer.taker_id == number)


def close_account(engine, number):
    with work(engine) as session:
        account = find(session, number)
        if session.scalar(select(Transfer.id).where(named_in(number)).limit(1)) is not None:
            raise Problem(409, "in_use")
        session.delete(account)


def read_page(engine, number, limit, before):
    with work(engine) as session:
        find(session, number)
        wanted = select(Transfer).where(named_in(number))
        if before is not None:
            wanted = wanted.where(Transfer.id < before)
        found = session.scalars(wanted.order_by(Transfer.id.desc()).limit(limit + 1)).all()
        last = found[limit - 1].id if len(found) > limit else None
        return {"transfers": [told(each) for each in found[:limit]], "next": last}


def move(session, order):
    giver_id, taker_id, minutes, note = order
    giver, taker = session.get(Account, giver_id), session.get(Account, taker_id)
    if giver is None or taker is None:
        raise Problem(422, "unknown_account")
    if giver.minutes < minutes:
        raise Problem(409, "insufficient")
    giver.minutes -= minutes
    taker.minutes += minutes
    done = Transfer(giver=giver, taker=taker, minutes=minutes, note=note)
    session.add(done)
    session.flush()
    return done


def transfer(engine, order, key):
    with work(engine) as session:
        known = session.get(Key, key) if key else None
        if known is not None:
            done = known.transfer
            if (done.giver_id, done.taker_id, done.minutes, done.note) != order:
                raise Problem(409, "key_reused")
            return told(done)
        done = move(session, order)
        if key:
            session.add(Key(key=key, transfer=done))
        return told(done)


def carry_out(engine, orders):
    with work(engine) as session:
        return {"transfers": [told(move(session, order)) for order in orders]}


def export(engine):
    rows = csv.writer(out := io.StringIO())
    rows.writerow(["id", "owner", "minutes"])
    with work(engine) as session:
        for each in session.scalars(select(Account).order_by(Account.id)):
            rows.writerow([each.id, each.owner, each.minutes])
    return out.getvalue()


bank = Blueprint("bank", __name__)


@bank.record_once
def open_bank(state):
    state.app.config["ENGINE"] = connect()


@bank.before_request
def take_engine():
    g.engine = current_app.config["ENGINE"]


@bank.errorhandler(Problem)
def show_problem(problem):
    return jsonify(error=problem.code), problem.status


@bank.post("/accounts")
def post_account():
    return open_account(g.engine, *new_account(fields(request.get_data()))), 201


@bank.get("/accounts/<int:number>")
def get_account(number):
    return read_account(g.engine, number)


@bank.delete("/accounts/<int:number>")
def delete_account(number):
    close_account(g.engine, number)
    return Response(status=204)


@bank.get("/accounts/<int:number>/transfers")
def get_transfers(number):
    return read_page(g.engine, number, *a_page(request.args))


@bank.post("/transfers")
def post_transfer():
    key = request.headers.get("Idempotency-Key")
    return transfer(g.engine, an_order(fields(request.get_data())), key), 201


@bank.post("/rounds")
def post_round():
    return carry_out(g.engine, a_round(fields(request.get_data()))), 201


@bank.get("/accounts.csv")
def get_export():
    return Response(export(g.engine), mimetype="text/csv")


def create_app():
    app = Flask(__name__)
    app.register_blueprint(bank)
    return app
