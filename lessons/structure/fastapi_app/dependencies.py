"""What a handler may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from .bakery import Bakery

__all__ = ["TheBakery", "TheSlip", "open_slip"]


# region access
async def find_bakery(request: Request) -> Bakery:
    """The bakery of the app that answers."""
    return request.state.bakery


TheBakery = Annotated[Bakery, Depends(find_bakery)]
# endregion


# region request
async def open_slip(bakery: TheBakery) -> AsyncIterator[int]:
    """Take the next slip; it is the request's. Put it away, and say which error this function was told of."""
    told = "no error"
    bakery.journal.append("slip opened")
    try:
        yield next(bakery.slips)
    except Exception as error:
        told = type(error).__name__
        raise
    finally:
        bakery.journal.append(f"slip closed, told of {told}")


TheSlip = Annotated[int, Depends(open_slip)]
# endregion
