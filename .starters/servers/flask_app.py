"""The turnstiles' service, in Flask. Read README.md, then work through the TODOs."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask

__all__ = ["create_app"]


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    """Build the app of one pier; it holds nothing that another one would share."""
    settings = dict(config or {})
    app = Flask(__name__)

    @app.get("/healthz")
    def report_health() -> dict[str, str]:
        # TODO: the version. It comes from the settings, else from the environment.
        return {"status": "ok", "pier": settings.get("PIER", "Main"), "version": "?"}

    # TODO: GET and POST /passages. Where does the count live, so that a second app has its own?

    # TODO: every error as JSON, in the form that README.md states.

    # TODO: the line test: a function line_test(environ, start_response), called for what lies below /raw/.
    # A server calls app(environ, start_response), and that calls app.wsgi_app(environ, start_response).

    # TODO: one line for the journal.

    return app
