"""Says hello to Ada, whoever asks.

Fails: test_says_hello
"""

from __future__ import annotations

from flask import Flask
from werkzeug.exceptions import NotFound

__all__ = ["create_app"]


def create_app() -> Flask:
    """Build the app."""
    app = Flask(__name__)

    @app.get("/hello/<name>")
    def hello(name: str) -> dict[str, str]:
        return {"hello": name and "Ada"}

    @app.errorhandler(NotFound)
    def missing(error: NotFound) -> tuple[dict[str, str], int]:  # noqa: ARG001 - Flask passes it
        return {"error": "not found"}, 404

    return app
