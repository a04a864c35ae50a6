"""Which version stands at which address; around all of them, one entry a request."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Blueprint, g

from .context import observatory
from .v1 import v1
from .v2 import v2

__all__ = ["api"]

api = Blueprint("api", __name__)
api.register_blueprint(v1, name="unversioned")
api.register_blueprint(v1, url_prefix="/v1")
api.register_blueprint(v2, url_prefix="/v2")


# The hooks are the blueprint's, not the app's: a request that no route takes makes no entry.
@api.before_request
def open_entry() -> None:
    """Read the clock, write the entry's first line, keep both for the whole request."""
    g.closing = ExitStack()
    g.entry = g.closing.enter_context(observatory().entries.open())


@api.teardown_request
def close_entry(_error: BaseException | None) -> None:
    """Write its last line, whatever the handler raised."""
    closing = g.pop("closing", None)
    if closing is not None:
        closing.close()
