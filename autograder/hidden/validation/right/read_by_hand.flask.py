"""Flask with before_request guards and checks by hand, no Pydantic."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, Response, g, make_response, request

__all__ = ["create_app"]

LOWER = "abcdefghijklmnopqrstuvwxyz"
UPPER = LOWER.upper()
DIGITS = "0123456789"
PART = set(UPPER + LOWER + DIGITS + "-")
NAME = PART | set("._+")


def refuse(status: int, *entries: tuple[str, str]) -> Response:
    body = json.dumps({"errors": [{"field": f, "code": c} for f, c in entries]})
    return Response(body, status, content_type="application/json")


def is_email(text: str) -> bool:
    name, at, host = text.partition("@")
    parts = host.split(".")
    return bool(at and name) and set(name) <= NAME and len(parts) > 1 and all(p and set(p) <= PART for p in parts)


def is_sku(text: str) -> bool:
    return len(text) == 8 and set(text[:3]) <= set(UPPER) and text[3] == "-" and set(text[4:]) <= set(DIGITS)


def email_fault(value: Any) -> str | None:
    if type(value) is not str:
        return "type"
    if len(value) > 100:
        return "length"
    return None if is_email(value) else "format"


def note_fault(value: Any) -> str | None:
    if value is None:
        return None
    if type(value) is not str:
        return "type"
    return "length" if len(value) > 500 else None


def sku_fault(value: Any) -> str | None:
    if type(value) is not str:
        return "type"
    return None if is_sku(value) else "format"


def quantity_fault(value: Any) -> str | None:
    if type(value) is not int:
        return "type"
    return None if 1 <= value <= 1000 else "range"


def price_fault(value: Any) -> str | None:
    if type(value) not in (int, float) or value != value or value in (float("inf"), float("-inf")):
        return "type"
    return None if 0 < value <= 10000 else "range"


def digits_fault(text: str, low: int, high: int) -> str | None:
    if not text or not set(text) <= set(DIGITS) or (text[0] == "0" and text != "0"):
        return "type"
    return None if len(text) < 9 and low <= int(text) <= high else "range"


class Sheet:
    """Gathers the faults of one request."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def add(self, field: str, code: str | None) -> None:
        if code:
            self.faults.append((field, code))

    def keys(self, where: str, value: dict[str, Any], needed: tuple[str, ...], free: tuple[str, ...] = ()) -> None:
        for key in needed:
            if key not in value:
                self.add(where + key, "missing")
        for key in value:
            if key not in needed and key not in free:
                self.add(where + key, "unknown")

    def shop(self) -> int | None:
        text = request.headers.get("X-Shop")
        fault = "missing" if text is None else digits_fault(text, 1, 999)
        self.add("x-shop", fault)
        return None if fault or text is None else int(text)


def create_app() -> Flask:
    app = Flask(__name__, static_folder=None)

    @app.before_request
    def look_at_the_whole() -> Response | None:
        if request.endpoint is None:
            return None
        request.max_content_length = None
        g.raw = request.stream.read(100_001)
        if len(g.raw) > 100_000:
            return refuse(413, ("body", "too_large"))
        kind = request.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if kind != {"order": "application/json", "catalogue": "application/x-www-form-urlencoded"}[request.endpoint]:
            return refuse(415, ("content-type", "unsupported"))
        return None

    @app.post("/orders", endpoint="order", provide_automatic_options=False)
    def order() -> Response:
        if not g.raw:
            return refuse(422, ("body", "missing"))
        try:
            sent = json.loads(str(g.raw, "utf-8"))
        except (ValueError, RecursionError):
            return refuse(400, ("body", "malformed"))
        if type(sent) is not dict:
            return refuse(422, ("body", "type"))
        sheet = Sheet()
        shop = sheet.shop()
        sheet.keys("", sent, ("email", "items"), ("note",))
        if "email" in sent:
            sheet.add("email", email_fault(sent["email"]))
        sheet.add("note", note_fault(sent.get("note")))
        if "items" in sent:
            items = sent["items"]
            if type(items) is not list:
                sheet.add("items", "type")
            elif not 1 <= len(items) <= 20:
                sheet.add("items", "length")
            else:
                for at, item in enumerate(items):
                    if type(item) is not dict:
                        sheet.add(f"items.{at}", "type")
                        continue
                    sheet.keys(f"items.{at}.", item, ("sku", "quantity", "price"))
                    for key, fault in (("sku", sku_fault), ("quantity", quantity_fault), ("price", price_fault)):
                        if key in item:
                            sheet.add(f"items.{at}.{key}", fault(item[key]))
        if sheet.faults:
            return refuse(422, *sheet.faults)
        return make_response({"note": None, **sent, "shop": shop}, 201)

    @app.post("/catalogues", endpoint="catalogue", provide_automatic_options=False)
    def catalogue() -> Response:
        fields = dict(parse_qsl(g.raw.decode("utf-8", "replace"), keep_blank_values=True))
        sent = {k: v for k, v in fields.items() if v or k not in ("email", "copies", "note")}
        sheet = Sheet()
        shop = sheet.shop()
        sheet.keys("", sent, ("email", "copies"), ("note",))
        if "email" in sent:
            sheet.add("email", email_fault(sent["email"]))
        if "copies" in sent:
            sheet.add("copies", digits_fault(sent["copies"], 1, 5))
        sheet.add("note", note_fault(sent.get("note")))
        if sheet.faults:
            return refuse(422, *sheet.faults)
        return make_response(
            {"shop": shop, "email": sent["email"], "copies": int(sent["copies"]), "note": sent.get("note")}, 201
        )

    return app
