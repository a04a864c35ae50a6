"""The observatory's night desk, in Flask: the factory, and nothing that belongs to one app alone."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from contextlib import ExitStack

from flask import Flask

from .errors import register_error_handlers
from .observatory import open_observatory
from .routes import api
from .settings import Settings

__all__ = ["create_app"]


def create_app(config: Mapping[str, object] | None = None) -> Flask:
    """Build the app and open its observatory; what was opened is closed when the process ends."""
    app = Flask(__name__)
    # loads=str: by default the texts are read as JSON, and a site called "1610" becomes a number.
    app.config.from_prefixed_env("OBSERVATORY", loads=str)
    app.config.from_mapping(config)

    closing = ExitStack()
    app.extensions["observatory"] = closing.enter_context(open_observatory(Settings.of(app.config)))
    atexit.register(closing.close)

    app.register_blueprint(api)
    register_error_handlers(app)
    return app
