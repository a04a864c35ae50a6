"""A bakery's counter, in Flask."""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from flask import Flask

from .bakery import hour_of_the_day, open_bakery
from .routes import shop

__all__ = ["create_app"]


# region settings
def settings_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """What an app is told: by the mapping first, then by the environment, then by default."""
    found = {"NAME": os.environ.get("BAKERY_NAME", "Corner bakery"), "HOUR": hour_of_the_day, "JOURNAL": []}
    if "BAKERY_HOUR" in os.environ:
        hour = int(os.environ["BAKERY_HOUR"])
        found["HOUR"] = lambda: hour
    return found | dict(config)


# endregion


# region factory
def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Build one app; what it opens is closed when the process ends."""
    settings = settings_of(config or {})
    app = Flask(__name__)

    closing = ExitStack()
    app.extensions["bakery"] = closing.enter_context(open_bakery(settings))
    atexit.register(closing.close)

    app.register_blueprint(shop)
    return app


# endregion
