"""The rowing club's accounts, in Flask. Read README.md, then work through the TODOs."""

from __future__ import annotations

import os

from flask import Flask

__all__ = ["create_app"]


def create_app() -> Flask:
    """Build the app from the variables `APP_KEYS` and `APP_CLOCK`."""
    app = Flask(__name__)
    # TODO: the first key signs the board's cookie; where do the others go, so that they still verify?
    app.config["SECRET_KEY"] = os.environ.get("APP_KEYS", "")

    @app.post("/members")
    def register() -> tuple[dict[str, object], int]:
        # TODO: check the body, hash the password, keep the member in members.db.
        return {"id": 1, "email": "ada@club.example"}, 201

    # TODO: POST /tokens and POST /tokens/refresh: sign tokens with the claims that README.md lists.

    @app.get("/me")
    def show_me() -> dict[str, object]:
        # TODO: who is asking? Whoever reads a token must verify it.
        return {"id": 1, "email": "ada@club.example"}

    # TODO: DELETE /me and POST /logout. How does a later request know that a token has been revoked?

    # TODO: every error as JSON, with the challenge that belongs to it.

    # TODO: POST /board/sign-in and GET /board, with Flask's session.

    return app
