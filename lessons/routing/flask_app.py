"""A museum's guide, in Flask: a first draft, with the lines that most people write first.

One line is wrong on purpose. The lesson finds it.
"""

from __future__ import annotations

from flask import Flask, request

__all__ = ["create_app"]

TOP_FLOOR = 12


def create_app() -> Flask:
    """Build the guide; every route answers with what it understood."""
    # region app
    app = Flask(__name__)
    # endregion

    # region floor
    @app.get("/floors/<int:floor>")
    def show_floor(floor: int) -> dict[str, object]:
        return {"floor": floor}

    # endregion

    # region top
    @app.get("/floors/top")
    def show_top_floor() -> dict[str, object]:
        return {"floor": TOP_FLOOR, "cafe": True}

    # endregion

    # region tours
    @app.get("/tours")
    def list_tours() -> dict[str, object]:
        seats = request.args.get("seats", default=1, type=int)
        outdoor = request.args.get("outdoor", default=False, type=bool)
        languages = request.args.getlist("language")
        return {"seats": seats, "outdoor": outdoor, "languages": languages}

    # endregion

    # region audio
    @app.get("/audio/<path:track>")
    def play(track: str) -> dict[str, object]:
        return {"track": track}

    # endregion

    # region rooms
    @app.get("/rooms/")
    def list_rooms() -> dict[str, object]:
        return {"rooms": ["Maps", "Clocks", "Ships"]}

    # endregion

    return app
