"""Version 1: a price is a number."""

from __future__ import annotations

from fastapi import APIRouter

from .dependencies import TheBakery

__all__ = ["v1"]

# region version-1
v1 = APIRouter()


@v1.get("/breads/{bread}")
async def read_bread(bread: str, bakery: TheBakery) -> dict[str, object]:
    """One bread."""
    bakery.journal.append("handler")
    return {"bread": bread, "price": bakery.price(bread)}


# endregion
