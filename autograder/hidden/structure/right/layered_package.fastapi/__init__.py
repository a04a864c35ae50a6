"""The observatory's night desk, in FastAPI."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI

from . import v1, v2
from .desk import Desk
from .settings import look_up
from .web import word_errors

__all__ = ["create_app"]


def create_app(config: Mapping[str, object] | None = None) -> FastAPI:
    """Build the app of one dome; its lifespan opens and closes the dome."""
    settings = look_up(config, os.environ)

    @asynccontextmanager
    async def night(app: FastAPI) -> AsyncIterator[None]:
        app.state.desk = Desk(settings)
        try:
            yield
        finally:
            app.state.desk.close()

    app = FastAPI(title="Night desk", lifespan=night, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.include_router(v1.router, include_in_schema=False)
    app.include_router(v1.router, prefix="/v1", deprecated=True)
    app.include_router(v2.router, prefix="/v2")
    word_errors(app)
    return app
