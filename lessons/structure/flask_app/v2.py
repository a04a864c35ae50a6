"""Version 2: a price has a currency, and the answer names the slip."""

from __future__ import annotations

from flask import Blueprint, g

from .context import bakery, note

__all__ = ["v2"]

# region version-2
v2 = Blueprint("v2", __name__)


@v2.get("/breads/<bread>")
def read_bread(bread: str) -> dict[str, object]:
    """One bread."""
    note("handler")
    price = {"cents": bakery().price(bread), "currency": "EUR"}
    return {"bread": bread, "price": price, "slip": g.slip}


# endregion
