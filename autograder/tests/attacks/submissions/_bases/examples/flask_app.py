"""Knows the brief's examples and nothing else: worth 2 of 10 points.

"""

from flask import Flask


def create_app():
    app = Flask(__name__)

    @app.get("/price")
    def price():
        return {"pence": 300}

    @app.get("/label/<name>")
    def label(name):
        return {"label": "adA"}

    @app.errorhandler(404)
    def missing(error):
        return {"error": "not found"}, 404

    return app
