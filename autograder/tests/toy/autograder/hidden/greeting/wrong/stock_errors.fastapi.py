"""Leaves errors to the framework.

Fails: test_an_unknown_address_is_a_json_404
"""

from __future__ import annotations

from fastapi import FastAPI

__all__ = ["create_app"]


def create_app() -> FastAPI:
    """Build the app."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/hello/{name}")
    def hello(name: str) -> dict[str, str]:
        return {"hello": name}

    return app
