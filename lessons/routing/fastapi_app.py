"""A museum's guide, in FastAPI: a first draft, with the lines that most people write first.

One line stands in the wrong place on purpose. The lesson finds it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query

__all__ = ["create_app"]

TOP_FLOOR = 12


def create_app() -> FastAPI:
    """Build the guide; every route answers with what it understood."""
    # region app
    app = FastAPI()
    # endregion

    # region floor
    @app.get("/floors/{floor}")
    async def show_floor(floor: int) -> dict[str, object]:
        return {"floor": floor}

    # endregion

    # region top
    @app.get("/floors/top")
    async def show_top_floor() -> dict[str, object]:
        return {"floor": TOP_FLOOR, "cafe": True}

    # endregion

    # region tours
    @app.get("/tours")
    async def list_tours(
        seats: int = 1,
        outdoor: bool = False,
        language: Annotated[list[str] | None, Query()] = None,
    ) -> dict[str, object]:
        return {"seats": seats, "outdoor": outdoor, "languages": language or []}

    # endregion

    # region audio
    @app.get("/audio/{track:path}")
    async def play(track: str) -> dict[str, object]:
        return {"track": track}

    # endregion

    # region rooms
    @app.get("/rooms/")
    async def list_rooms() -> dict[str, object]:
        return {"rooms": ["Maps", "Clocks", "Ships"]}

    # endregion

    return app
