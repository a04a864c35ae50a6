"""The tool library's front door, in Flask: class-based views and converters."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import parse_qsl

from flask import Flask, json, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView, View
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, NotFound, UnprocessableEntity
from werkzeug.routing import BaseConverter, PathConverter, ValidationError
from werkzeug.wrappers import Response

__all__ = ["create_app"]


class ItemIdConverter(BaseConverter):
    """The id of an item, in its one spelling."""

    regex = r"(?:0|-?[1-9][0-9]{0,6})"
    lowest: ClassVar[int] = -1_000_000
    highest: ClassVar[int] = 1_000_000

    def to_python(self, value: str) -> int:
        number = int(value)
        if not self.lowest <= number <= self.highest:
            raise ValidationError
        return number


class FilePathConverter(PathConverter):
    """Like `path`, but the text may hold line breaks and begin with a slash."""

    regex = r"[\s\S]+"
    part_isolating = False


class InvalidParameter(UnprocessableEntity):
    """A query parameter has a value that it may not have."""

    def __init__(self, parameter: str) -> None:
        super().__init__()
        self.parameter = parameter


class SearchQuery:
    """What a query string asks for."""

    ACTIVE: ClassVar[dict[str, bool]] = {"true": True, "false": False}
    PAGES: ClassVar[dict[str, int]] = {str(page): page for page in range(1, 1001)}

    def __init__(self, query_string: bytes) -> None:
        text = query_string.decode("utf-8", errors="replace")
        self._args: MultiDict[str, str] = MultiDict(parse_qsl(text, keep_blank_values=True))

    @property
    def page(self) -> int:
        if "page" not in self._args:
            return 1
        try:
            return self.PAGES[self._args["page"]]
        except KeyError:
            raise InvalidParameter("page") from None

    @property
    def active(self) -> bool | None:
        value = self._args.get("active")
        if value is None:
            return None
        if value not in self.ACTIVE:
            raise InvalidParameter("active")
        return self.ACTIVE[value]

    @property
    def tags(self) -> list[str]:
        return self._args.getlist("tag")


class ItemView(MethodView):
    def get(self, item_id: int) -> ResponseReturnValue:
        return {"id": item_id, "url": f"/items/{item_id}"}


class FileView(View):
    methods: ClassVar[list[str]] = ["GET"]

    def dispatch_request(self, path: str) -> ResponseReturnValue:
        return {"path": path}


class SearchView(MethodView):
    def get(self) -> ResponseReturnValue:
        query = SearchQuery(request.query_string)
        return {"page": query.page, "active": query.active, "tags": query.tags}


def check_target() -> None:
    """Refuse `//items/42`: the URL map drops all slashes at the start but one."""
    targets = request.environ.get("PATH_INFO", ""), request.environ.get("REQUEST_URI", "")
    if any(target.startswith("//") for target in targets):
        raise NotFound


def error_as_json(error: HTTPException) -> Response:
    """Keep the status and headers of an error (Allow above all), and put JSON in its body."""
    body = {"error": error.name.lower()}
    if isinstance(error, InvalidParameter):
        body = {"error": "invalid parameter", "parameter": error.parameter}
    response = error.get_response()
    response.data = json.dumps(body)  # type: ignore[attr-defined]
    response.content_type = "application/json"
    return response  # type: ignore[return-value]


def create_app() -> Flask:
    """Build the app; it holds nothing that a second one would share."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    app.url_map.converters.update(item_id=ItemIdConverter, file_path=FilePathConverter)

    item = ItemView.as_view("item")
    app.add_url_rule("/items/<item_id:item_id>", view_func=item)
    app.add_url_rule(
        "/items/latest", "latest", item, defaults={"item_id": ItemIdConverter.highest}
    )
    app.add_url_rule("/files/<file_path:path>", view_func=FileView.as_view("file"))
    app.add_url_rule("/search", view_func=SearchView.as_view("search"))

    app.before_request(check_target)
    app.register_error_handler(HTTPException, error_as_json)
    return app
