"""What both versions take."""

from __future__ import annotations

from pydantic import BaseModel

__all__ = ["Order"]


class Order(BaseModel):
    """An exposure that somebody wants."""

    target: str
    seconds: int
