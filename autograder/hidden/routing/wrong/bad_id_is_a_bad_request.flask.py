"""Answers 400 for what is no id, as if the address existed.

Fails: test_a_word_is_no_item, test_an_id_has_one_spelling, test_only_the_digits_0_to_9_make_an_id, test_ids_end_at_a_million
"""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, Flask, abort, json, request, url_for
from werkzeug import Response
from werkzeug.exceptions import HTTPException

__all__ = ["create_app"]

LAST_ITEM: Final = 1_000_000
LAST_PAGE: Final = 1_000

# [0-9], not \d: in a str pattern \d also matches full-width and other digits.
WHOLE_NUMBER: Final = r"(?:0|-?[1-9][0-9]{0,6})"

library = Blueprint("library", __name__)


class InvalidParameterError(Exception):
    """A query parameter has a value that it may not have."""

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter


@library.get("/items/<text>")
def read_item(text: str) -> dict[str, int | str]:
    """Answer for one tool."""
    if not re.fullmatch(WHOLE_NUMBER, text) or abs(int(text)) > LAST_ITEM:
        abort(400)
    return {"id": int(text), "url": url_for("library.read_item", text=text)}


@library.get("/items/latest")
def read_latest_item() -> dict[str, int | str]:
    """Answer for the newest tool; a fixed rule outranks a converter wherever it stands."""
    return read_item(str(LAST_ITEM))


@library.get("/files/<path:path>")
def read_file(path: str) -> dict[str, str]:
    """Answer for one document."""
    return {"path": path}


@library.get("/search")
def search() -> dict[str, int | bool | list[str] | None]:
    """Answer with the search as it was understood."""
    return {"page": page_number(), "active": active_filter(), "tags": request.args.getlist("tag")}


def page_number() -> int:
    """The page asked for. Raises InvalidParameterError."""
    # Not `args.get("page", type=int)`: it answers a bad value with the default.
    text = request.args.get("page", "1")
    if not re.fullmatch(WHOLE_NUMBER, text) or not 1 <= int(text) <= LAST_PAGE:
        raise InvalidParameterError("page")
    return int(text)


def active_filter() -> bool | None:
    """Whether only active, or only inactive, tools are wanted. Raises InvalidParameterError."""
    match request.args.get("active"):
        case None:
            return None
        case "true":
            return True
        case "false":
            return False
        case _:
            raise InvalidParameterError("active")


def http_error_as_json(error: HTTPException) -> Response:
    """Keep the error's status and headers (a 405 carries Allow) and replace its HTML."""
    response = error.get_response()
    response.data = json.dumps({"error": error.name.lower()})
    response.content_type = "application/json"
    return response


def invalid_parameter_as_json(error: InvalidParameterError) -> tuple[dict[str, str], int]:
    """Name the parameter that is at fault."""
    return {"error": "invalid parameter", "parameter": error.parameter}, 422


def create_app() -> Flask:
    """Build the app; it holds nothing that a second one would share."""
    app = Flask(__name__)
    app.register_blueprint(library)
    app.register_error_handler(HTTPException, http_error_as_json)
    app.register_error_handler(InvalidParameterError, invalid_parameter_as_json)
    return app
