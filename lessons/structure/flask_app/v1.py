"""Version 1: a price is a number."""

from __future__ import annotations

from flask import Blueprint

from .context import bakery, note

__all__ = ["v1"]

# region version-1
v1 = Blueprint("v1", __name__)


@v1.get("/breads/<bread>")
def read_bread(bread: str) -> dict[str, object]:
    """One bread."""
    note("handler")
    return {"bread": bread, "price": bakery().price(bread)}


# endregion
