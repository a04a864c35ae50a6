"""Class-based views, nested blueprints, and a Pydantic model for the query."""

# Written as a student might.
# ruff: noqa: D101, D102, D103

from __future__ import annotations

from typing import Annotated, Literal

from flask import Blueprint, Flask, Response, jsonify, make_response, request
from flask.views import MethodView
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError
from werkzeug.exceptions import HTTPException, NotFound

Spelling = Annotated[str, StringConstraints(pattern=r"^(?:0|-?[1-9][0-9]*)$", max_length=8)]
ITEM = TypeAdapter(Annotated[int, Field(ge=-1_000_000, le=1_000_000)])
SPELLING = TypeAdapter(Spelling)


class Query(BaseModel):
    page: Spelling = "1"
    active: Literal["true", "false"] | None = None
    tags: list[str]


class ItemView(MethodView):
    def get(self, item_id: str) -> Response:
        try:
            number = ITEM.validate_python(int(SPELLING.validate_python(item_id)))
        except ValidationError:
            raise NotFound from None
        return jsonify({"id": number, "url": f"{request.path}"})


class LatestView(MethodView):
    def get(self) -> Response:
        return jsonify({"id": 1_000_000, "url": "/items/1000000"})


class FileView(MethodView):
    def get(self, path: str) -> Response:
        return jsonify({"path": path})


class SearchView(MethodView):
    def get(self) -> Response:
        try:
            given = {key: request.args[key] for key in ("page", "active") if key in request.args}
            query = Query(**given, tags=request.args.getlist("tag"))  # type: ignore[arg-type]
        except ValidationError as error:
            return self.refuse(error.errors()[0]["loc"][0])
        page = int(query.page)
        if not 1 <= page <= 1000:
            return self.refuse("page")
        active = {None: None, "true": True, "false": False}[query.active]
        return jsonify({"page": page, "active": active, "tags": query.tags})

    def refuse(self, parameter: int | str) -> Response:
        return make_response({"error": "invalid parameter", "parameter": parameter}, 422)


def create_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    api = Blueprint("api", __name__)
    items = Blueprint("items", __name__, url_prefix="/items")
    items.add_url_rule("/<item_id>", view_func=ItemView.as_view("item"))
    items.add_url_rule("/latest", view_func=LatestView.as_view("latest"))
    api.register_blueprint(items)
    api.add_url_rule("/files/<path:path>", view_func=FileView.as_view("file"))
    api.add_url_rule("/search", view_func=SearchView.as_view("search"))
    app.register_blueprint(api)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        response = make_response({"error": error.name.lower()}, error.code)
        response.headers.extend({key: each for key, each in error.get_headers() if key == "Allow"})
        return response

    return app
