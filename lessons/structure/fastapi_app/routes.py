"""Which version stands where, and what is done around every request."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from .bakery import UnknownBreadError
from .dependencies import open_slip
from .v1 import v1
from .v2 import v2

__all__ = ["refuse", "shop"]

# region versions
shop = APIRouter(dependencies=[Depends(open_slip)])
shop.include_router(v1, prefix="/v1")
shop.include_router(v2, prefix="/v2")
# endregion


# region refusal
async def refuse(request: Request, _error: UnknownBreadError) -> JSONResponse:
    """A bread that we do not bake is not found."""
    request.state.bakery.journal.append("error handler")
    return JSONResponse({"error": "unknown bread"}, status_code=404)


# endregion
