"""One global app, text routes, and everything read by hand."""

# Written as a student might.
# ruff: noqa: ARG001, D103, UP031

from __future__ import annotations

import string

from flask import Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

app = Flask(__name__)


def whole(text: str, low: int, high: int) -> int | None:
    digits = text.removeprefix("-")
    if not digits or len(digits) > 9 or any(each not in string.digits for each in digits):
        return None
    number = int(text)
    return number if str(number) == text and low <= number <= high else None


@app.route("/items/<text>")
def item(text: str) -> ResponseReturnValue:
    number = 1_000_000 if text == "latest" else whole(text, -1_000_000, 1_000_000)
    if number is None:
        abort(404)
    return jsonify(id=number, url="/items/%d" % number)


@app.route("/files/<path:name>", methods=["GET"])
def file(name: str) -> ResponseReturnValue:
    return jsonify(path=name)


@app.route("/search")
def search() -> ResponseReturnValue:
    page = whole(request.args.get("page", "1"), 1, 1000)
    if page is None:
        return jsonify(error="invalid parameter", parameter="page"), 422
    active = request.args.get("active")
    if active not in (None, "true", "false"):
        return jsonify(error="invalid parameter", parameter="active"), 422
    tags = [value for key, value in request.args.items(multi=True) if key == "tag"]
    return jsonify(page=page, active=None if active is None else active == "true", tags=tags)


@app.errorhandler(404)
def not_found(error: HTTPException) -> ResponseReturnValue:
    return jsonify(error="not found"), 404


@app.errorhandler(405)
def method_not_allowed(error: HTTPException) -> ResponseReturnValue:
    allowed = ", ".join(sorted(error.valid_methods or ()))  # type: ignore[attr-defined]
    return jsonify(error="method not allowed"), 405, {"Allow": allowed}
