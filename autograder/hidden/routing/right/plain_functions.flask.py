"""The tool library's front door, in Flask: plain view functions."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter

__all__ = ["create_app"]

LOWEST_ID = -1_000_000
HIGHEST_ID = 1_000_000
LAST_PAGE = 1000

# At most seven digits, so that int() never meets a number of absurd length.
WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,6}")


class AnyPathConverter(BaseConverter):
    """One or more characters of any kind: unlike `path`, line breaks too."""

    regex = r"(?s:.+)"
    part_isolating = False
    weight = 200


def whole_number(text: str, lowest: int, highest: int) -> int | None:
    """Read a number in its one spelling; None if it is misspelled or out of bounds."""
    if WHOLE_NUMBER.fullmatch(text) is None:
        return None
    number = int(text)
    return number if lowest <= number <= highest else None


def query_values() -> dict[str, list[str]]:
    """Split the query string into the values of each name, in the order they came."""
    values: dict[str, list[str]] = {}
    for pair in request.query_string.decode("utf-8", "replace").split("&"):
        name, _, value = pair.partition("=")
        values.setdefault(unquote_plus(name), []).append(unquote_plus(value))
    return values


def invalid_parameter(name: str) -> tuple[Response, int]:
    return jsonify(error="invalid parameter", parameter=name), 422


def item_answer(number: int) -> Response:
    return jsonify(id=number, url=f"/items/{number}")


def create_app() -> Flask:
    """Build the app; it holds nothing that a second one would share."""
    # Without static_folder=None, Flask adds a route /static/... of its own.
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # /items//42 would be a redirect
    app.url_map.converters["anypath"] = AnyPathConverter

    @app.before_request
    def refuse_doubled_first_slash() -> None:
        # Werkzeug matches `//items/42` (or `/%2Fitems/42`) as if it were `/items/42`.
        for name in ("PATH_INFO", "REQUEST_URI"):
            if request.environ.get(name, "").startswith("//"):
                abort(404)

    @app.get("/items/latest")
    def read_latest() -> Response:
        return item_answer(HIGHEST_ID)

    @app.get("/items/<item_id>")
    def read_item(item_id: str) -> Response:
        number = whole_number(item_id, LOWEST_ID, HIGHEST_ID)
        if number is None:
            abort(404)
        return item_answer(number)

    @app.get("/files/<anypath:path>")
    def read_file(path: str) -> Response:
        return jsonify(path=path)

    @app.get("/search")
    def search() -> Response | tuple[Response, int]:
        query = query_values()

        page: int | None = 1
        if "page" in query:
            page = whole_number(query["page"][0], 1, LAST_PAGE)
            if page is None:
                return invalid_parameter("page")

        active: bool | None = None
        if "active" in query:
            text = query["active"][0]
            if text not in ("true", "false"):
                return invalid_parameter("active")
            active = text == "true"

        return jsonify(page=page, active=active, tags=query.get("tag", []))

    @app.errorhandler(404)
    def not_found(_: NotFound) -> tuple[Response, int]:
        return jsonify(error="not found"), 404

    @app.errorhandler(405)
    def method_not_allowed(error: MethodNotAllowed) -> tuple[Response, int, dict[str, str]]:
        allowed = ", ".join(sorted(error.valid_methods or ["GET"]))
        return jsonify(error="method not allowed"), 405, {"Allow": allowed}

    @app.errorhandler(HTTPException)
    def other_error(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.name.lower()), error.code or 400

    return app
