"""A bakery's counter, in FastAPI."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from .bakery import UnknownBreadError, hour_of_the_day, open_bakery
from .routes import refuse, shop

__all__ = ["create_app"]


# region settings
def settings_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """What an app is told: by the mapping first, then by the environment, then by default."""
    found = {"NAME": os.environ.get("BAKERY_NAME", "Corner bakery"), "HOUR": hour_of_the_day, "JOURNAL": []}
    if "BAKERY_HOUR" in os.environ:
        hour = int(os.environ["BAKERY_HOUR"])
        found["HOUR"] = lambda: hour
    return found | dict(config)


# endregion


# region factory
def create_app(config: Mapping[str, Any] | None = None) -> FastAPI:
    """Build one app; what its lifespan opens is closed when the lifespan ends."""
    settings = settings_of(config or {})

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        with open_bakery(settings) as bakery:
            yield {"bakery": bakery}

    app = FastAPI(lifespan=lifespan)
    app.include_router(shop)
    app.add_exception_handler(UnknownBreadError, refuse)
    return app


# endregion
