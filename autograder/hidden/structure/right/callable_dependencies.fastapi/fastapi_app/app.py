"""Puts everything together; nothing is looked up in a request."""

import os
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from .desk import Desk
from .record import Record
from .versions import new, old


def lookup(config):
    def value(key, default):
        if config and config.get(key) is not None:
            return config[key]
        return os.environ.get("OBSERVATORY_" + key) or default

    return value


def create_app(config=None):
    value = lookup(config)
    record = Record(value("LOG", "night.log"), value("CLOCK", None), int(value("TICK", 0)))
    desk = Desk(value("SITE", "North dome"), int(value("PLATES", 24)))

    @asynccontextmanager
    async def lifespan(_app):
        record.open()
        yield
        record.close()

    app = FastAPI(title=desk.site, lifespan=lifespan)
    app.include_router(old(desk, record), include_in_schema=False)
    app.include_router(old(desk, record), prefix="/v1", deprecated=True)
    app.include_router(new(desk, record), prefix="/v2")

    @app.exception_handler(StarletteHTTPException)
    async def word(request, error):
        if isinstance(error, HTTPException) and isinstance(error.detail, dict):
            return JSONResponse(error.detail, error.status_code)
        error.detail = {404: "not found", 405: "method not allowed"}.get(error.status_code, error.detail)
        answer = await http_exception_handler(request, error)
        return JSONResponse({"error": error.detail}, answer.status_code)

    @app.exception_handler(500)
    async def fail(request, error):
        return JSONResponse({"error": "internal server error"}, 500)

    return app
