"""A glasshouse's thermometer, in Flask: a first draft, with the lines that most people write first.

One of its two lists stands in the wrong place on purpose. The lesson finds it.
"""

from __future__ import annotations

import os

from flask import Flask

__all__ = ["create_app"]

TOO_HOT = 30

# region readings
READINGS: list[int] = []
# endregion


def create_app() -> Flask:
    """Build the app of one glasshouse."""
    # region app
    app = Flask(__name__)
    alarms: list[int] = []
    # endregion

    # region settings
    name = os.environ.get("GLASSHOUSE") or "Tropics"
    # endregion

    # region home
    @app.get("/")
    def describe() -> dict[str, object]:
        return {"glasshouse": name, "readings": READINGS, "alarms": alarms}

    # endregion

    # region record
    @app.post("/readings/<int:celsius>")
    def record(celsius: int) -> tuple[dict[str, int], int]:
        READINGS.append(celsius)
        if celsius > TOO_HOT:
            alarms.append(celsius)
        return {"celsius": celsius}, 201

    # endregion

    return app
