"""The time bank's ledger, in Flask. Read README.md, then work through the TODOs."""

from __future__ import annotations

import os

from flask import Flask, request
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

__all__ = ["create_app"]


class Base(DeclarativeBase):
    """All tables of the ledger."""


class Account(Base):
    """A member's account."""

    __tablename__ = "accounts"

    # TODO: what must the database itself refuse?
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    minutes: Mapped[int]


# TODO: a table of transfers.


def create_app() -> Flask:
    """Build the app; `DATABASE_URL` says where its tables are."""
    app = Flask(__name__)
    url = os.environ.get("DATABASE_URL", "sqlite:///bank.db")
    engine = create_engine(url, pool_size=5, max_overflow=0)
    Base.metadata.create_all(engine)

    @app.post("/accounts")
    def open_account() -> tuple[dict[str, object], int]:
        # TODO: look at the body before you believe it.
        with Session(engine) as session:
            account = Account(**request.get_json())
            session.add(account)
            session.commit()
            return {"id": account.id, "owner": account.owner, "minutes": account.minutes}, 201

    # TODO: one session for each request, on `flask.g`, closed by `teardown_appcontext`.

    # TODO: the other requests, and every error in the envelope that README.md states.

    # TODO: GET /accounts.csv, line by line.

    return app
