"""What Flask keeps for this app and for this request."""

from __future__ import annotations

from flask import current_app

from .bakery import Bakery

__all__ = ["bakery", "note"]


# region access
def bakery() -> Bakery:
    """The bakery of the app that answers."""
    return current_app.extensions["bakery"]


# endregion


def note(event: str) -> None:
    """Write into its journal."""
    bakery().journal.append(event)
