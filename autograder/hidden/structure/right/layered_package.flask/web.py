"""What all versions share of Flask: a blueprint whose requests make entries, and the errors of no version."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, g
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from .desk import Desk
from .log import Entry

EXTENSION = "observatory"


def desk() -> Desk:
    """The desk of the app that answers."""
    return current_app.extensions[EXTENSION]


def entry() -> Entry:
    """The entry of the request that is answered."""
    return g.entry


def version(name: str) -> Blueprint:
    """A blueprint for one version; a request that reaches a route of it makes an entry."""
    blueprint = Blueprint(name, __name__)

    @blueprint.before_request
    def begin() -> None:
        g.entry = desk().log.begin()

    @blueprint.teardown_request
    def end(_error: BaseException | None) -> None:
        begun = g.pop("entry", None)
        if begun is not None:
            begun.end()

    return blueprint


def word_errors(app: Flask) -> None:
    """Give every error that no version words an answer in JSON."""

    @app.errorhandler(HTTPException)
    def word(error: HTTPException) -> tuple[dict[str, str], int]:
        return {"error": error.name.lower()}, error.code or 500

    @app.errorhandler(ValidationError)
    def refuse_body(_error: ValidationError) -> tuple[dict[str, str], int]:
        return {"error": "invalid"}, 422
