"""A view that waits, in Flask: what `timeline` shows when nothing else is at hand."""

from __future__ import annotations

import time

from flask import Flask

__all__ = ["create_app"]


def create_app() -> Flask:
    """Build the app."""
    app = Flask(__name__)

    # region wait
    @app.get("/wait")
    def wait() -> dict[str, float]:
        time.sleep(0.2)
        return {"waited": 0.2}

    # endregion

    return app
