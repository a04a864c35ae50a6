"""Which version stands at which address; around all of them, one entry a request."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from .dependencies import open_entry
from .v1 import v1
from .v2 import v2

__all__ = ["api"]

# Handlers that need the entry name the dependency again; it runs once a request all the same.
api = APIRouter(dependencies=[Depends(open_entry)])
api.include_router(v1, include_in_schema=False)
api.include_router(v1, prefix="/v1", deprecated=True, tags=["version 1"])
api.include_router(v2, prefix="/v2", tags=["version 2"])
