"""A telescope's night book, in Flask: who signs in gets a signed cookie."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, request, session
from flask.typing import ResponseReturnValue
from werkzeug.security import check_password_hash, generate_password_hash

__all__ = ["KEYS", "create_app"]

KEYS = {"spring": "a lesson's key, which everybody may read, spring"}

CHALLENGE = {"WWW-Authenticate": "Cookie cookie-name=session"}

# region passwords
PEOPLE = {"ada": generate_password_hash("stars over harwell")}
NOBODY = generate_password_hash("nobody's password")


def verify(name: str, password: str) -> bool:
    right = check_password_hash(PEOPLE.get(name, NOBODY), password)
    return right and name in PEOPLE


# endregion


def create_app(keys: Mapping[str, str] = KEYS) -> Flask:
    """Build the book; the first key signs, all of them verify."""
    app = Flask(__name__)

    # region keys
    first, *older = keys.values()
    app.config["SECRET_KEY"] = first
    app.config["SECRET_KEY_FALLBACKS"] = older
    # endregion

    # region draft
    @app.get("/draft")
    def show_draft() -> ResponseReturnValue:
        sent = request.authorization
        if sent is None or sent.type != "bearer":
            return "", 401, {"WWW-Authenticate": "Bearer"}
        return {"token": sent.token}

    # endregion

    # region sign-in
    @app.post("/sign-in")
    def sign_in() -> ResponseReturnValue:
        name = request.form["username"]
        if not verify(name, request.form["password"]):
            return {"error": "wrong name or password"}, 401, CHALLENGE
        session["who"] = name
        return {"signed_in": name}

    # endregion

    # region who
    @app.get("/me")
    def show_me() -> ResponseReturnValue:
        if "who" not in session:
            return {"error": "not authenticated"}, 401, CHALLENGE
        return {"who": session["who"]}

    # endregion

    return app
