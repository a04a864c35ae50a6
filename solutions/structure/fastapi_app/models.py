"""What both versions accept, and what an error holds in both."""

from __future__ import annotations

from pydantic import BaseModel

__all__ = ["Order", "Problem"]


class Order(BaseModel):
    """An exposure that somebody wants."""

    target: str
    seconds: int


class Problem(BaseModel):
    """Why a request is refused; version 2 says more."""

    error: str
