"""The time bank's ledger, in FastAPI. Read README.md, then work through the TODOs."""

from __future__ import annotations

import os

from fastapi import FastAPI
from pydantic import BaseModel
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


class NewAccount(BaseModel):
    """What opens an account."""

    # TODO: the bounds. What does Pydantic convert without being asked?
    owner: str
    minutes: int


def create_app() -> FastAPI:
    """Build the app; `DATABASE_URL` says where its tables are."""
    app = FastAPI(title="Time bank")
    url = os.environ.get("DATABASE_URL", "sqlite:///bank.db")
    engine = create_engine(url, pool_size=5, max_overflow=0)
    Base.metadata.create_all(engine)

    @app.post("/accounts", status_code=201)
    async def open_account(new: NewAccount) -> dict[str, object]:
        # TODO: who waits while this function waits?
        with Session(engine) as session:
            account = Account(owner=new.owner, minutes=new.minutes)
            session.add(account)
            session.commit()
            return {"id": account.id, "owner": account.owner, "minutes": account.minutes}

    # TODO: one session for each request, from a dependency that yields it and closes it.

    # TODO: the other requests, and every error in the envelope that README.md states.

    return app
