"""The turnstiles' service, in FastAPI. Read README.md, then work through the TODOs."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI

__all__ = ["create_app"]


def create_app(config: Mapping[str, str] | None = None) -> FastAPI:
    """Build the app of one pier; it holds nothing that another one would share."""
    settings = dict(config or {})
    app = FastAPI(title="Turnstiles")

    @app.get("/healthz")
    async def report_health() -> dict[str, str]:
        # TODO: the version. It comes from the settings, else from the environment.
        return {"status": "ok", "pier": settings.get("PIER", "Main"), "version": "?"}

    # TODO: HEAD /healthz. Who answers it at the moment, and how?

    # TODO: GET and POST /passages. Where does the count live, so that a second app has its own?

    # TODO: every error as JSON, in the form that README.md states.

    # TODO: the line test: a coroutine function line_test(scope, receive, send), mounted at /raw.
    # It awaits receive() until it has the whole body, and then send() twice.

    # TODO: one line for the journal.

    return app
