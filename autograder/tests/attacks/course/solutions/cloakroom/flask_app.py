"""A cloakroom, in Flask."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

__all__ = ["create_app"]

COATS = Path("coats.txt")


def owners() -> list[str]:
    """Everybody whose coat is here, the first coat first."""
    return COATS.read_text("utf-8").splitlines() if COATS.exists() else []


def create_app() -> Flask:
    """Build the app."""
    app = Flask(__name__)

    @app.get("/price")
    def price() -> dict[str, int]:
        return {"pence": 150 * int(request.args["hours"])}

    @app.get("/label/<name>")
    def label(name: str) -> dict[str, str]:
        return {"label": name[::-1]}

    @app.get("/visitor")
    def visitor() -> dict[str, str]:
        return {"visitor": request.headers["X-Visitor"]}

    @app.post("/coats")
    def take() -> tuple[Response, int, dict[str, str]]:
        owner = request.get_json()["owner"]
        with COATS.open("a", encoding="utf-8") as file:
            file.write(f"{owner}\n")
        number = len(owners())
        return jsonify(number=number, owner=owner), 201, {"Location": f"/coats/{number}"}

    @app.get("/coats/<int:number>")
    def give(number: int) -> dict[str, int | str]:
        return {"number": number, "owner": owners()[number - 1]}

    @app.errorhandler(HTTPException)
    def missing(error: HTTPException) -> tuple[dict[str, str], int]:  # noqa: ARG001 - Flask passes it
        return {"error": "not found"}, 404

    return app
