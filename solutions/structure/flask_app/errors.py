"""Errors that belong to no version: what no route takes, and what no handler foresaw."""

from __future__ import annotations

from flask import Flask, json
from werkzeug import Response
from werkzeug.exceptions import HTTPException

__all__ = ["register_error_handlers"]


def register_error_handlers(app: Flask) -> None:
    """Word the framework's own errors as the contract does."""
    # Not for Exception: Flask itself makes an unforeseen error an InternalServerError, and logs it first.
    app.register_error_handler(HTTPException, http_error_as_json)


def http_error_as_json(error: HTTPException) -> Response:
    """Keep the error's status and headers and replace its HTML."""
    response = error.get_response()
    response.data = json.dumps({"error": error.name.lower()})
    response.content_type = "application/json"
    return response
