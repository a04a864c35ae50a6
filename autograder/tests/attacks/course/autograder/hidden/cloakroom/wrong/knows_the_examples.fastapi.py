"""Knows the brief's examples and nothing else: worth 2 of 10 points.

Fails: test_any_price, test_a_label_is_the_name_backwards, test_a_visitor_is_greeted, test_a_coat_gets_a_number, test_a_coat_is_found_again, test_coats_outlive_a_restart, test_the_owners_are_written_down
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
