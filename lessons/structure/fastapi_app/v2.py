"""Version 2: a price has a currency, and the answer names the slip."""

from __future__ import annotations

from fastapi import APIRouter

from .dependencies import TheBakery, TheSlip

__all__ = ["v2"]

# region version-2
v2 = APIRouter()


@v2.get("/breads/{bread}")
async def read_bread(bread: str, bakery: TheBakery, slip: TheSlip) -> dict[str, object]:
    """One bread."""
    bakery.journal.append("handler")
    price = {"cents": bakery.price(bread), "currency": "EUR"}
    return {"bread": bread, "price": price, "slip": slip}


# endregion
