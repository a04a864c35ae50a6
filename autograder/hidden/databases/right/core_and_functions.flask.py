"""SQLAlchemy Core, conditional updates in the order of the ids, checks by hand, functions in the factory."""

# Written as a student might.
# ruff: noqa: ANN001, ANN201, ANN202, ANN204, ARG001, D103, FAST002, FAST003, SLF001

from __future__ import annotations

import csv
import io
import json
import os

from flask import Flask, Response, request
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

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


metadata = MetaData()
accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", String(100), nullable=False, unique=True),
    Column("minutes", Integer, CheckConstraint("minutes >= 0"), nullable=False),
    sqlite_autoincrement=True,
)
transfers = Table(
    "transfers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("giver", ForeignKey("accounts.id"), nullable=False),
    Column("taker", ForeignKey("accounts.id"), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("note", String(200), nullable=False),
    Column("key", String(100), unique=True),
)
givers, takers = accounts.alias("givers"), accounts.alias("takers")
listing = (
    select(transfers, givers.c.owner.label("giver_name"), takers.c.owner.label("taker_name"))
    .join(givers, givers.c.id == transfers.c.giver)
    .join(takers, takers.c.id == transfers.c.taker)
)


def connect():
    engine = create_engine(os.environ.get("DATABASE_URL", "sqlite:///bank.db"), pool_size=5, max_overflow=0)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda link, _: link.execute("PRAGMA foreign_keys = ON"))
    metadata.create_all(engine)
    return engine


def told(row):
    return {
        "id": row.id,
        "from": {"id": row.giver, "owner": row.giver_name},
        "to": {"id": row.taker, "owner": row.taker_name},
        "minutes": row.minutes,
        "note": row.note,
    }


def open_account(engine, owner, minutes):
    try:
        with engine.begin() as link:
            made = insert(accounts).values(owner=owner, minutes=minutes).returning(accounts.c.id)
            number = link.execute(made).scalar_one()
    except IntegrityError:
        raise Problem(409, "owner_taken") from None
    return {"id": number, "owner": owner, "minutes": minutes}


def read_account(engine, number):
    with engine.connect() as link:
        row = link.execute(select(accounts).where(accounts.c.id == number)).one_or_none()
    if row is None:
        raise Problem(404, "not_found")
    return dict(row._mapping)


def close_account(engine, number):
    try:
        with engine.begin() as link:
            gone = link.execute(delete(accounts).where(accounts.c.id == number)).rowcount
    except IntegrityError:
        raise Problem(409, "in_use") from None
    if not gone:
        raise Problem(404, "not_found")


def read_page(engine, number, limit, before):
    read_account(engine, number)
    wanted = listing.where((transfers.c.giver == number) | (transfers.c.taker == number))
    if before is not None:
        wanted = wanted.where(transfers.c.id < before)
    with engine.connect() as link:
        rows = link.execute(wanted.order_by(transfers.c.id.desc()).limit(limit + 1)).all()
    last = rows[limit - 1].id if len(rows) > limit else None
    return {"transfers": [told(row) for row in rows[:limit]], "next": last}


def by_key(link, key, order):
    row = link.execute(listing.where(transfers.c.key == key)).one_or_none()
    if row is not None and (row.giver, row.taker, row.minutes, row.note) != order:
        raise Problem(409, "key_reused")
    return row


def move(link, order, key=None):
    giver, taker, minutes, note = order
    row = {"giver": giver, "taker": taker, "minutes": minutes, "note": note, "key": key}
    number = link.execute(insert(transfers).values(row).returning(transfers.c.id)).scalar_one()
    # Always the smaller id first, so that two in opposite directions do not wait for each other.
    for account, change in sorted([(giver, -minutes), (taker, minutes)]):
        enough = (accounts.c.id == account) & (accounts.c.minutes + change >= 0)
        changed = update(accounts).where(enough).values(minutes=accounts.c.minutes + change)
        if link.execute(changed).rowcount == 0:
            raise Problem(409, "insufficient")
    return told(link.execute(listing.where(transfers.c.id == number)).one())


def known_accounts(link, orders):
    numbers = {number for order in orders for number in order[:2]}
    found = select(accounts.c.id).where(accounts.c.id.in_(numbers)).order_by(accounts.c.id).with_for_update()
    if len(link.execute(found).all()) < len(numbers):
        raise Problem(422, "unknown_account")


def transfer(engine, order, key):
    try:
        with engine.begin() as link:
            known_accounts(link, [order])
            return move(link, order, key)
    except IntegrityError:
        with engine.begin() as link:
            row = by_key(link, key, order)
    if row is None:
        raise Problem(422, "unknown_account")
    return told(row)


def carry_out(engine, orders):
    with engine.begin() as link:
        known_accounts(link, orders)
        return {"transfers": [move(link, order) for order in orders]}


def export(engine):
    rows = csv.writer(out := io.StringIO())
    rows.writerow(["id", "owner", "minutes"])
    with engine.connect() as link:
        for row in link.execute(select(accounts).order_by(accounts.c.id)):
            rows.writerow([row.id, row.owner, row.minutes])
    return out.getvalue()


def create_app():
    app = Flask(__name__)
    engine = connect()

    @app.errorhandler(Problem)
    def show_problem(problem):
        return {"error": problem.code}, problem.status

    @app.post("/accounts")
    def post_account():
        return open_account(engine, *new_account(fields(request.data))), 201

    @app.get("/accounts/<int:number>")
    def get_account(number):
        return read_account(engine, number)

    @app.delete("/accounts/<int:number>")
    def delete_account(number):
        close_account(engine, number)
        return "", 204

    @app.get("/accounts/<int:number>/transfers")
    def get_transfers(number):
        return read_page(engine, number, *a_page(request.args))

    @app.post("/transfers")
    def post_transfer():
        return transfer(engine, an_order(fields(request.data)), request.headers.get("Idempotency-Key")), 201

    @app.post("/rounds")
    def post_round():
        return carry_out(engine, a_round(fields(request.data))), 201

    @app.get("/accounts.csv")
    def get_export():
        return Response(export(engine), content_type="text/csv; charset=utf-8")

    return app
