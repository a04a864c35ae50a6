"""The observatory's night desk, in FastAPI: the factory, and nothing that belongs to one app alone."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI

from .errors import EXCEPTION_HANDLERS
from .observatory import Observatory, open_observatory
from .routes import api
from .settings import Settings

__all__ = ["create_app"]

PREFIX = "OBSERVATORY_"


class State(TypedDict):
    """What the lifespan hands to each request."""

    observatory: Observatory


def create_app(config: Mapping[str, object] | None = None) -> FastAPI:
    """Build the app; its observatory is open from the start of its lifespan to the end."""
    environment = {
        name.removeprefix(PREFIX): value for name, value in os.environ.items() if name.startswith(PREFIX)
    }
    settings = Settings.of(config or {}, environment)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        with open_observatory(settings) as observatory:
            yield {"observatory": observatory}

    app = FastAPI(title="Night desk", lifespan=lifespan, exception_handlers=EXCEPTION_HANDLERS)
    app.include_router(api)
    return app
