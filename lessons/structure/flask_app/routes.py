"""Which version stands where, and what is done around every request."""

from __future__ import annotations

from flask import Blueprint, g

from .bakery import UnknownBreadError
from .context import bakery, note
from .v1 import v1
from .v2 import v2

__all__ = ["shop"]

# region versions
shop = Blueprint("shop", __name__)
shop.register_blueprint(v1, url_prefix="/v1")
shop.register_blueprint(v2, url_prefix="/v2")
# endregion


# region request
@shop.before_request
def open_slip() -> None:
    """Take the next slip; it is the request's."""
    g.slip = next(bakery().slips)
    note("slip opened")


@shop.teardown_request
def close_slip(error: BaseException | None) -> None:
    """Put the slip away, and say which error this function was told of."""
    told = type(error).__name__ if error else "no error"
    note(f"slip closed, told of {told}")


# endregion


# region refusal
@shop.errorhandler(UnknownBreadError)
def refuse(_error: UnknownBreadError) -> tuple[dict[str, object], int]:
    """A bread that we do not bake is not found."""
    note("error handler")
    return {"error": "unknown bread"}, 404


# endregion
