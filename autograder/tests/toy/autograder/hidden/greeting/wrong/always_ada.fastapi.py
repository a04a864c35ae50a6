"""Says hello to Ada, whoever asks.

Fails: test_says_hello
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

__all__ = ["create_app"]


def create_app() -> FastAPI:
    """Build the app."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/hello/{name}")
    def hello(name: str) -> dict[str, str]:
        return {"hello": name and "Ada"}

    @app.exception_handler(404)
    def missing(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001 - FastAPI passes them
        return JSONResponse({"error": "not found"}, status_code=404)

    return app
