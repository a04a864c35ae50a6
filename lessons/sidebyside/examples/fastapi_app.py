"""Views that wait, in FastAPI: what `timeline` shows when nothing else is at hand."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI

__all__ = ["create_app"]


def create_app() -> FastAPI:
    """Build the app."""
    app = FastAPI()

    # region wait
    @app.get("/wait")
    async def wait() -> dict[str, float]:
        await asyncio.sleep(0.2)
        return {"waited": 0.2}

    # endregion

    return app
