"""Errors that belong to no version: what no route takes, and what no handler foresaw."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match

__all__ = ["EXCEPTION_HANDLERS"]


async def http_error_as_json(_request: Request, error: HTTPException) -> JSONResponse:
    """A version's own words where there are any, the status in words where there are none."""
    phrase = HTTPStatus(error.status_code).phrase.lower()
    body = error.detail if isinstance(error.detail, dict) else {"error": phrase}
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


async def method_not_allowed(request: Request, error: HTTPException) -> JSONResponse:
    """List every method of the path in `Allow`: the router lists those of the first route that matches."""
    matching = [
        route
        for route in iter_route_contexts(request.app.routes)
        if route.matches(request.scope)[0] is Match.PARTIAL
    ]
    methods = {method for route in matching for method in route.methods or ()}
    error.headers = {"Allow": ", ".join(sorted(methods))}
    return await http_error_as_json(request, error)


async def failure_as_json(_request: Request, _error: Exception) -> JSONResponse:
    """Nothing of the error: it goes to the server, which logs it."""
    return JSONResponse({"error": "internal server error"}, status_code=500)


Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]

EXCEPTION_HANDLERS: Final[dict[int | type[Exception], Handler]] = {
    # Starlette's class, not FastAPI's subclass: the router itself raises the former for 404 and 405.
    HTTPException: http_error_as_json,
    405: method_not_allowed,
    Exception: failure_as_json,
}
