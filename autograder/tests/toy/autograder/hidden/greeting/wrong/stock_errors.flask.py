"""Leaves errors to the framework.

Fails: test_an_unknown_address_is_a_json_404
"""

from __future__ import annotations

from flask import Flask

__all__ = ["create_app"]


def create_app() -> Flask:
    """Build the app."""
    app = Flask(__name__)

    @app.get("/hello/<name>")
    def hello(name: str) -> dict[str, str]:
        return {"hello": name}

    return app
