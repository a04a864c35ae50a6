"""What Flask keeps for the app and for the request, under names that a type checker knows."""

from __future__ import annotations

from typing import cast

from flask import current_app, g

from .entries import Entry
from .observatory import Observatory

__all__ = ["entry", "observatory"]


def observatory() -> Observatory:
    """The observatory of the app that answers."""
    return cast("Observatory", current_app.extensions["observatory"])


def entry() -> Entry:
    """The entry of this request."""
    return cast("Entry", g.entry)
