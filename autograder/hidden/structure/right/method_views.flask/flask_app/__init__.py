"""A package: MethodView classes with one subclass a version, and an extension with `init_app`."""

from flask import Flask

from flask_app.extension import desk
from flask_app.views import VERSIONS, add_routes
from flask_app.wording import word_errors


def create_app(config=None):
    app = Flask(__name__)
    desk.init_app(app, config or {})
    for prefix, version in VERSIONS:
        add_routes(app, prefix, version)
    word_errors(app)
    return app
