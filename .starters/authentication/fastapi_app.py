"""The rowing club's accounts, in FastAPI. Read README.md, then work through the TODOs."""

from __future__ import annotations

from fastapi import FastAPI

__all__ = ["create_app"]


def create_app() -> FastAPI:
    """Build the app from the variables `APP_KEYS` and `APP_CLOCK`."""
    app = FastAPI(title="Boathouse accounts")

    @app.post("/members", status_code=201)
    def register() -> dict[str, object]:
        # TODO: check the body, hash the password, keep the member in members.db.
        return {"id": 1, "email": "ada@club.example"}

    # TODO: POST /tokens and POST /tokens/refresh: sign tokens with the claims that README.md lists.

    @app.get("/me")
    def show_me() -> dict[str, object]:
        # TODO: who is asking? A dependency that reads the token must also verify it.
        return {"id": 1, "email": "ada@club.example"}

    # TODO: DELETE /me and POST /logout. How does a later request know that a token has been revoked?

    # TODO: every error as JSON, with the challenge that belongs to it.

    return app
