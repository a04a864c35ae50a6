"""Knows the brief's examples and nothing else: worth 2 of 10 points.

"""

from fastapi import FastAPI
from fastapi.responses import JSONResponse


def create_app():
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/price")
    def price():
        return {"pence": 300}

    @app.get("/label/{name}")
    def label(name):
        return {"label": "adA"}

    @app.exception_handler(404)
    def missing(request, error):
        return JSONResponse({"error": "not found"}, status_code=404)

    return app
