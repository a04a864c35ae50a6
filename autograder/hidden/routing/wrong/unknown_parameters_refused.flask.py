"""Refuses a search with a parameter that it does not know.

Fails: test_a_search_without_parameters_has_defaults
"""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, Flask, json, request, url_for
from werkzeug import Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, ValidationError

__all__ = ["create_app"]

LAST_ITEM: Final = 1_000_000
LAST_PAGE: Final = 1_000

# [0-9], not \d: in a str pattern \d also matches full-width and other digits.
WHOLE_NUMBER: Final = r"(?:0|-?[1-9][0-9]{0,6})"

library = Blueprint("library", __name__)


class ItemId(BaseConverter):
    """An item's id in its one spelling; any other text is no match, and so a 404."""

    regex = WHOLE_NUMBER

    def to_python(self, value: str) -> int:
        """The id as a number. Raises ValidationError, which means "no match", outside the range."""
        number = int(value)
        if abs(number) > LAST_ITEM:
            raise ValidationError
        return number


class InvalidParameterError(Exception):
    """A query parameter has a value that it may not have."""

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter


@library.get("/items/<item_id:item_id>")
def read_item(item_id: int) -> dict[str, int | str]:
    """Answer for one tool."""
    return {"id": item_id, "url": url_for("library.read_item", item_id=item_id)}


@library.get("/items/latest")
def read_latest_item() -> dict[str, int | str]:
    """Answer for the newest tool; a fixed rule outranks a converter wherever it stands."""
    return read_item(LAST_ITEM)


@library.get("/files/<path:path>")
def read_file(path: str) -> dict[str, str]:
    """Answer for one document."""
    return {"path": path}


@library.get("/search")
def search() -> dict[str, int | bool | list[str] | None]:
    """Answer with the search as it was understood."""
    for name in request.args:
        if name not in {"page", "active", "tag"}:
            raise InvalidParameterError(name)
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
    app.url_map.converters["item_id"] = ItemId
    app.register_blueprint(library)
    app.register_error_handler(HTTPException, http_error_as_json)
    app.register_error_handler(InvalidParameterError, invalid_parameter_as_json)
    return app
