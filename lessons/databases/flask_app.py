"""A concert hall's box office, in Flask: a first draft, with the lines that most people write first.

The list is right and asks too often. The lesson counts.
"""

from __future__ import annotations

from uuid import uuid4

from flask import Flask, g
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


def create_app() -> Flask:
    """Build the box office."""
    app = Flask(__name__)
    engine = app.extensions["engine"] = open_engine()

    # region session
    def the_session() -> Session:
        if "session" not in g:
            g.session = Session(engine)
        session: Session = g.session
        return session

    @app.teardown_appcontext
    def close_session(_error: BaseException | None) -> None:
        if "session" in g:
            g.pop("session").close()

    # endregion

    # region list
    @app.get("/concerts")
    def list_concerts() -> list[dict[str, object]]:
        concerts = the_session().scalars(select(Concert).order_by(Concert.id))
        return [{"id": each.id, "artist": each.artist.name, "seats": each.seats} for each in concerts]

    # endregion

    # region buy
    @app.post("/concerts/<int:number>/tickets")
    def buy_ticket(number: int) -> tuple[dict[str, object], int]:
        session = the_session()
        left = session.scalar(
            update(Concert)
            .where(Concert.id == number, Concert.seats > 0)
            .values(seats=Concert.seats - 1)
            .returning(Concert.seats)
        )
        if left is None:
            return {"error": "sold out"}, 409
        session.commit()
        return {"left": left}, 201

    # endregion

    return app
