"""What all versions share of FastAPI: a router whose requests make entries, and the errors of no version."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from .desk import Desk
from .log import Entry
from .refusals import RefusedError


def desk_of(request: Request) -> Desk:
    """The desk of the app that answers."""
    return request.app.state.desk


async def get_desk(request: Request) -> Desk:
    return desk_of(request)


async def get_entry(request: Request) -> Entry:
    return request.state.entry


TheDesk = Annotated[Desk, Depends(get_desk)]
TheEntry = Annotated[Entry, Depends(get_entry)]


def version(refuse: Callable[[RefusedError], JSONResponse]) -> APIRouter:
    """A router for one version, which words refusals in its way; a request to a route of it makes an entry."""

    class EntryRoute(APIRoute):
        def get_route_handler(self):
            handle = super().get_route_handler()

            async def handle_in_entry(request: Request) -> Response:
                request.state.entry = entry = desk_of(request).log.begin()
                try:
                    return await handle(request)
                except RefusedError as error:
                    return refuse(error)
                finally:
                    entry.end()

            return handle_in_entry

    return APIRouter(route_class=EntryRoute, redirect_slashes=False)


def word_errors(app: FastAPI) -> None:
    """Give every error that no version words an answer in JSON."""

    @app.exception_handler(HTTPException)
    async def word(_request: Request, error: HTTPException) -> JSONResponse:
        words = HTTPStatus(error.status_code).phrase.lower()
        return JSONResponse({"error": words}, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def refuse_body(_request: Request, _error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"error": "invalid"}, 422)

    @app.exception_handler(Exception)
    async def fail(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"error": "internal server error"}, 500)
