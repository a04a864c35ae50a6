"""What a client sends."""

from __future__ import annotations

from pydantic import BaseModel


class Order(BaseModel):
    """An exposure that somebody wants."""

    target: str
    seconds: int
