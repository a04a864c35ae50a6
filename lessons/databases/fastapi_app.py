"""A concert hall's box office, in FastAPI: a first draft, with the lines that most people write first.

The list is right and asks too often. The lesson counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Engine, ForeignKey, create_engine, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.pool import SingletonThreadPool

__all__ = ["create_app"]

ARTISTS = ("Ada", "Ben", "Cem", "Dee", "Eve", "Fay")


class Base(DeclarativeBase):
    """All tables of the box office."""


class Artist(Base):
    """Who plays."""

    __tablename__ = "artists"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Concert(Base):
    """An evening, and how many seats are left."""

    __tablename__ = "concerts"

    id: Mapped[int] = mapped_column(primary_key=True)
    seats: Mapped[int]
    artist_id: Mapped[int] = mapped_column(ForeignKey("artists.id"))
    artist: Mapped[Artist] = relationship()


def open_engine(url: str | None = None) -> Engine:
    """A new database with a season of concerts: in memory, and of this app's own, unless told otherwise."""
    if url is None:
        memory = f"sqlite:///file:{uuid4()}?mode=memory&cache=shared&uri=true"
        engine = create_engine(memory, poolclass=SingletonThreadPool)  # a connection for each thread
    else:
        engine = create_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Concert(seats=3, artist=Artist(name=name)) for name in ARTISTS)
        session.commit()
    return engine


# region session
def the_session(request: Request) -> Iterator[Session]:
    """The request's own session; what stands after the yield runs when the request is over."""
    with Session(request.app.state.engine) as session:
        yield session


OneSession = Annotated[Session, Depends(the_session)]
# endregion


def create_app() -> FastAPI:
    """Build the box office."""
    app = FastAPI()
    app.state.engine = open_engine()

    # region list
    @app.get("/concerts")
    def list_concerts(session: OneSession) -> list[dict[str, object]]:
        concerts = session.scalars(select(Concert).order_by(Concert.id))
        return [{"id": each.id, "artist": each.artist.name, "seats": each.seats} for each in concerts]

    # endregion

    # region buy
    @app.post("/concerts/{number}/tickets", status_code=201, response_model=None)
    def buy_ticket(number: int, session: OneSession) -> dict[str, object] | JSONResponse:
        left = session.scalar(
            update(Concert)
            .where(Concert.id == number, Concert.seats > 0)
            .values(seats=Concert.seats - 1)
            .returning(Concert.seats)
        )
        if left is None:
            return JSONResponse({"error": "sold out"}, 409)
        session.commit()
        return {"left": left}

    # endregion

    return app
