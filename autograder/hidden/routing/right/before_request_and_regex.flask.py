"""The tool library's front door in Flask, as a front controller.

Flask itself knows one rule, which catches every request. A table of patterns, matched before each request,
says what the request means.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, EndpointPrefix, Map, Rule, Submount

__all__ = ["create_app"]

NEWEST = 1_000_000

# Spelling and bounds in one: patterns know no numbers, but they can count digits.
ITEM_ID = "0|-?[1-9][0-9]{0,5}|-?1000000"
QUERY = {
    "page": re.compile("[1-9][0-9]{0,2}|1000"),
    "active": re.compile("true|false"),
}


class Pattern(BaseConverter):
    """`<re("[a-z]+"):name>`; with `slashes=True` the pattern sees the whole rest of the path."""

    def __init__(self, url_map: Map, pattern: str, slashes: bool = False) -> None:
        super().__init__(url_map)
        self.regex = pattern
        self.part_isolating = not slashes


class Everything(BaseConverter):
    """Any text at all, the empty one too."""

    regex = r"[\s\S]*"
    part_isolating = False


class InvalidParameter(Exception):
    """The query holds a value that its parameter may not have."""


def url_patterns() -> Map:
    """The contract's addresses. A new map each time, as rules belong to the map they are in."""
    return Map(
        [
            Submount(
                "/items",
                [
                    EndpointPrefix(
                        "item.",
                        [
                            Rule("/latest", endpoint="newest", methods=["GET"]),
                            Rule(f'/<re("{ITEM_ID}"):item_id>', endpoint="detail", methods=["GET"]),
                        ],
                    )
                ],
            ),
            Rule(r'/files/<re("[\s\S]+", slashes=True):path>', endpoint="file", methods=["GET"]),
            Rule("/search", endpoint="search", methods=["GET"]),
        ],
        converters={"re": Pattern},
        merge_slashes=False,
        redirect_defaults=False,
    )


def item_detail(item_id: str) -> Response:
    number = int(item_id)
    return jsonify(id=number, url=f"/items/{number}")


def item_newest() -> Response:
    return item_detail(str(NEWEST))


def file(path: str) -> Response:
    return jsonify(path=path)


def search() -> Response:
    page, active = g.query.get("page", "1"), g.query.get("active")
    return jsonify(
        page=int(page),
        active=None if active is None else active == "true",
        tags=request.args.getlist("tag"),
    )


VIEWS: dict[str, Callable[..., Response]] = {
    "item.newest": item_newest,
    "item.detail": item_detail,
    "file": file,
    "search": search,
}


def create_app() -> Flask:
    """Build the app; it holds nothing that a second one would share."""
    app = Flask(__name__, static_folder=None)
    # A bound map only compares paths: neither the host nor the scheme of a request plays a part.
    urls = url_patterns().bind("tool-library.invalid")

    app.url_map.merge_slashes = False
    app.url_map.converters["everything"] = Everything
    app.url_map.add(Rule("/<everything:address>", endpoint="front_controller"))  # no methods: all of them

    @app.endpoint("front_controller")
    def front_controller(address: str) -> Response:
        return VIEWS[g.target](**g.arguments)

    @app.before_request
    def match_address() -> None:
        # `request.path` has one slash in front, however many were sent.
        environ = request.environ
        if unquote(environ.get("REQUEST_URI") or environ["PATH_INFO"]).startswith("//"):
            raise NotFound
        g.target, g.arguments = urls.match(request.path, method=request.method)

    @app.before_request
    def check_query() -> None:
        if g.target != "search":
            return
        g.query = {}
        for name, pattern in QUERY.items():
            if name not in request.args:
                continue
            value = request.args[name]
            if not pattern.fullmatch(value):
                raise InvalidParameter(name)
            g.query[name] = value

    @app.errorhandler(InvalidParameter)
    def invalid_parameter(error: InvalidParameter) -> tuple[Response, int]:
        return jsonify(error="invalid parameter", parameter=str(error)), 422

    @app.errorhandler(405)
    def method_not_allowed(error: MethodNotAllowed) -> tuple[Response, int, dict[str, str]]:
        return jsonify(error="method not allowed"), 405, {"Allow": ", ".join(error.valid_methods or ())}

    @app.errorhandler(HTTPException)
    def other_error(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.name.lower()), error.code or 500

    return app
