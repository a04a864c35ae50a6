"""A cloakroom, in FastAPI."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import Body, FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse

__all__ = ["create_app"]

COATS = Path("coats.txt")


def owners() -> list[str]:
    """Everybody whose coat is here, the first coat first."""
    return COATS.read_text("utf-8").splitlines() if COATS.exists() else []


def create_app() -> FastAPI:
    """Build the app."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/price")
    def price(hours: int) -> dict[str, int]:
        return {"pence": 150 * hours}

    @app.get("/label/{name}")
    def label(name: str) -> dict[str, str]:
        return {"label": name[::-1]}

    @app.get("/visitor")
    def visitor(x_visitor: Annotated[str, Header()]) -> dict[str, str]:
        return {"visitor": x_visitor}

    @app.post("/coats", status_code=201)
    def take(owner: Annotated[str, Body(embed=True)], response: Response) -> dict[str, int | str]:
        with COATS.open("a", encoding="utf-8") as file:
            file.write(f"{owner}\n")
        number = len(owners())
        response.headers["Location"] = f"/coats/{number}"
        return {"number": number, "owner": owner}

    @app.get("/coats/{number}")
    def give(number: int) -> dict[str, int | str]:
        return {"number": number, "owner": owners()[number - 1]}

    @app.exception_handler(404)
    def missing(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001 - FastAPI passes them
        return JSONResponse({"error": "not found"}, status_code=404)

    return app
