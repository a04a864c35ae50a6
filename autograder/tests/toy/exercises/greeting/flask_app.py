"""Saying hello, in Flask."""

from __future__ import annotations

from flask import Flask

__all__ = ["create_app"]


def create_app() -> Flask:
    """Build the app."""
    app = Flask(__name__)

    # TODO: GET /hello/{name}

    # TODO: a 404 in JSON

    return app  # noqa: RET504 - the learner's routes stand above
