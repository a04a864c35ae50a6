"""Plain functions and no library: every rule is written out, errors are gathered in one list."""

# Written as a student might.
# ruff: noqa: C901, D103, PLR2004

from __future__ import annotations

import json
import math
import re
from typing import Any

from flask import Flask, Response, request

EMAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
SKU = re.compile(r"[A-Z]{3}-[0-9]{4}")
WHOLE = re.compile(r"0|[1-9][0-9]*")


def answer(data: Any, status: int) -> Response:
    return Response(json.dumps(data), status=status, mimetype="application/json")


def refuse(errors: list[tuple[str, str]], status: int = 422) -> Response:
    return answer({"errors": [{"field": field, "code": code} for field, code in errors]}, status)


def check_shop(errors: list[tuple[str, str]]) -> int:
    text = request.headers.get("X-Shop")
    if text is None:
        errors.append(("x-shop", "missing"))
    elif not WHOLE.fullmatch(text):
        errors.append(("x-shop", "type"))
    elif len(text) > 3 or not 1 <= int(text) <= 999:
        errors.append(("x-shop", "range"))
    else:
        return int(text)
    return 0


def check_email(value: Any, errors: list[tuple[str, str]]) -> None:
    if not isinstance(value, str):
        errors.append(("email", "type"))
    elif len(value) > 100:
        errors.append(("email", "length"))
    elif not EMAIL.fullmatch(value):
        errors.append(("email", "format"))


def check_note(value: Any, errors: list[tuple[str, str]]) -> None:
    if not isinstance(value, str):
        errors.append(("note", "type"))
    elif len(value) > 500:
        errors.append(("note", "length"))


def check_item(item: Any, place: str, errors: list[tuple[str, str]]) -> None:
    if not isinstance(item, dict):
        errors.append((place, "type"))
        return
    for name in ("sku", "quantity", "price"):
        if name not in item:
            errors.append((f"{place}.{name}", "missing"))
    for name, value in item.items():
        field = f"{place}.{name}"
        if name == "sku":
            if not isinstance(value, str):
                errors.append((field, "type"))
            elif not SKU.fullmatch(value):
                errors.append((field, "format"))
        elif name == "quantity":
            if type(value) is not int:
                errors.append((field, "type"))
            elif value < 1 or value > 1000:
                errors.append((field, "range"))
        elif name == "price":
            if type(value) not in (int, float) or (type(value) is float and not math.isfinite(value)):
                errors.append((field, "type"))
            elif value <= 0 or value > 10000:
                errors.append((field, "range"))
        else:
            errors.append((field, "unknown"))


def check_order(order: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    for name in ("email", "items"):
        if name not in order:
            errors.append((name, "missing"))
    for name, value in order.items():
        if name == "email":
            check_email(value, errors)
        elif name == "items":
            if not isinstance(value, list):
                errors.append(("items", "type"))
                continue
            if not 1 <= len(value) <= 20:
                errors.append(("items", "length"))
            for number, item in enumerate(value):
                check_item(item, f"items.{number}", errors)
        elif name == "note":
            if value is not None:
                check_note(value, errors)
        else:
            errors.append((name, "unknown"))


def create_app() -> Flask:
    app = Flask(__name__)

    @app.before_request
    def refuse_large_bodies() -> Response | None:
        if (request.content_length or 0) > 100000:
            return refuse([("body", "too_large")], 413)
        return None

    @app.post("/orders")
    def orders() -> Response:
        if request.mimetype != "application/json":
            return refuse([("content-type", "unsupported")], 415)
        body = request.get_data()
        if body == b"":
            return refuse([("body", "missing")])
        try:
            order = json.loads(body.decode("utf-8"))
        except (ValueError, RecursionError):
            return refuse([("body", "malformed")], 400)
        if not isinstance(order, dict):
            return refuse([("body", "type")])
        errors: list[tuple[str, str]] = []
        shop = check_shop(errors)
        check_order(order, errors)
        if errors:
            return refuse(errors)
        return answer({"shop": shop, "note": None, **order}, 201)

    @app.post("/catalogues")
    def catalogues() -> Response:
        if request.mimetype != "application/x-www-form-urlencoded":
            return refuse([("content-type", "unsupported")], 415)
        errors: list[tuple[str, str]] = []
        shop = check_shop(errors)
        email = request.form.get("email", "")
        copies = request.form.get("copies", "")
        note = request.form.get("note") or None
        if email:
            check_email(email, errors)
        else:
            errors.append(("email", "missing"))
        if not copies:
            errors.append(("copies", "missing"))
        elif not WHOLE.fullmatch(copies):
            errors.append(("copies", "type"))
        elif copies not in {"1", "2", "3", "4", "5"}:
            errors.append(("copies", "range"))
        if note is not None:
            check_note(note, errors)
        errors += [(name, "unknown") for name in request.form if name not in {"email", "copies", "note"}]
        if errors:
            return refuse(errors)
        return answer({"shop": shop, "email": email, "copies": int(copies), "note": note}, 201)

    return app
