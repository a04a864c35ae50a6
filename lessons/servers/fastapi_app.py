"""A glasshouse's thermometer, in FastAPI: a first draft, with the lines that most people write first.

One of its two lists stands in the wrong place on purpose. The lesson finds it.
"""

from __future__ import annotations

import os

from fastapi import FastAPI

__all__ = ["create_app"]

TOO_HOT = 30

# region readings
READINGS: list[int] = []
# endregion


def create_app() -> FastAPI:
    """Build the app of one glasshouse."""
    # region app
    app = FastAPI()
    alarms: list[int] = []
    # endregion

    # region settings
    name = os.environ.get("GLASSHOUSE") or "Tropics"
    # endregion

    # region home
    @app.get("/")
    async def describe() -> dict[str, object]:
        return {"glasshouse": name, "readings": READINGS, "alarms": alarms}

    # endregion

    # region record
    @app.post("/readings/{celsius}", status_code=201)
    async def record(celsius: int) -> dict[str, int]:
        READINGS.append(celsius)
        if celsius > TOO_HOT:
            alarms.append(celsius)
        return {"celsius": celsius}

    # endregion

    return app
