"""The tool library's front door in Flask: one blueprint per resource, and a little extension for the errors."""

from __future__ import annotations

import re
from urllib.parse import unquote

from flask import Blueprint, Flask, Response, abort, json, request, url_for
from werkzeug.exceptions import HTTPException, UnprocessableEntity
from werkzeug.routing import BaseConverter, PathConverter, ValidationError

__all__ = ["create_app"]

FIRST_ID, LAST_ID = -1_000_000, 1_000_000
FIRST_PAGE, LAST_PAGE = 1, 1_000

# Seven digits hold every bound above; a longer number need not be read at all.
NUMBER = r"0|-?[1-9][0-9]{0,6}"
BOOLEANS = {"true": True, "false": False}


def read_number(text: str, low: int, high: int) -> int | None:
    """The number that `text` spells, or None if it spells none between `low` and `high`."""
    if re.fullmatch(NUMBER, text) is None:
        return None
    number = int(text)
    return number if low <= number <= high else None


# --- converters -------------------------------------------------------------------------------


class ItemIdConverter(BaseConverter):
    """An item's id in its one spelling."""

    regex = NUMBER
    weight = 50

    def to_python(self, value: str) -> int:
        number = read_number(value, FIRST_ID, LAST_ID)
        if number is None:
            raise ValidationError(f"no item has the id {value}")
        return number

    def to_url(self, value: int) -> str:
        return str(value)


class DocumentConverter(PathConverter):
    """The rest of the path, whatever it holds; the dot of Werkzeug's own converter stops at a newline."""

    part_isolating = False
    regex = r"[\s\S]+"


# --- errors -----------------------------------------------------------------------------------


class InvalidParameter(UnprocessableEntity):
    """A query parameter has a value that it may not have."""

    def __init__(self, parameter: str) -> None:
        super().__init__(f"{parameter} is invalid")
        self.parameter = parameter


class JSONErrors:
    """Flask extension: every HTTP error of the app leaves as a JSON object."""

    names = {422: "invalid parameter"}

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        app.extensions["json_errors"] = self
        app.register_error_handler(HTTPException, self.answer)

    def answer(self, error: HTTPException) -> Response:
        # The error's own response carries its headers, `Allow` among them. Only the body is ours.
        code = error.code or 500
        body = {"error": self.names.get(code, error.name.lower())}
        if isinstance(error, InvalidParameter):
            body["parameter"] = error.parameter
        response = error.get_response()
        response.data = json.dumps(body)
        response.content_type = "application/json"
        return response


# --- items ------------------------------------------------------------------------------------

items = Blueprint("items", __name__, url_prefix="/items")


def describe(item_id: int) -> dict[str, object]:
    return {"id": item_id, "url": url_for("items.show", item_id=item_id)}


@items.get("/latest")
def latest() -> dict[str, object]:
    return describe(LAST_ID)


@items.get("/<item_id:item_id>")
def show(item_id: int) -> dict[str, object]:
    return describe(item_id)


# --- files ------------------------------------------------------------------------------------

files = Blueprint("files", __name__, url_prefix="/files")


@files.get("/<document:path>")
def read_document(path: str) -> dict[str, object]:
    return {"path": path}


# --- search -----------------------------------------------------------------------------------

search = Blueprint("search", __name__)


def page_parameter() -> int:
    text = request.args.get("page")
    if text is None:
        return FIRST_PAGE
    page = read_number(text, FIRST_PAGE, LAST_PAGE)
    if page is None:
        raise InvalidParameter("page")
    return page


def active_parameter() -> bool | None:
    text = request.args.get("active")
    if text is None:
        return None
    if text not in BOOLEANS:
        raise InvalidParameter("active")
    return BOOLEANS[text]


@search.get("/search")
def find_items() -> dict[str, object]:
    return {"page": page_parameter(), "active": active_parameter(), "tags": request.args.getlist("tag")}


# --- the app ----------------------------------------------------------------------------------


def refuse_doubled_slash() -> None:
    """Refuse `//search`: Werkzeug, and servers before it, would take it for `/search`."""
    sent = request.environ.get("REQUEST_URI") or request.environ["PATH_INFO"]
    if unquote(sent).startswith("//"):
        abort(404)


def create_app() -> Flask:
    """Build the app; it holds nothing that a second one would share."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # or /items//42 would be redirected to /items/42
    app.url_map.converters.update(item_id=ItemIdConverter, document=DocumentConverter)

    JSONErrors().init_app(app)
    app.before_request(refuse_doubled_slash)
    for blueprint in (items, files, search):
        app.register_blueprint(blueprint)
    return app
