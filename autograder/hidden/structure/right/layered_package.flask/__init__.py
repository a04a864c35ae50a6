"""The observatory's night desk, in Flask."""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping

from flask import Flask

from . import v1, v2
from .desk import Desk
from .settings import look_up
from .web import EXTENSION, word_errors

__all__ = ["create_app"]


def create_app(config: Mapping[str, object] | None = None) -> Flask:
    """Build the app of one dome, and open it; it closes when the process ends."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    app.register_blueprint(v1.blueprint, name="old")
    app.register_blueprint(v1.blueprint, url_prefix="/v1")
    app.register_blueprint(v2.blueprint, url_prefix="/v2")
    word_errors(app)

    desk = Desk(look_up(config, os.environ))
    app.extensions[EXTENSION] = desk
    atexit.register(desk.close)
    return app
