"""A cloakroom, in FastAPI."""

from __future__ import annotations

from fastapi import FastAPI

__all__ = ["create_app"]


def create_app() -> FastAPI:
    """Build the app."""
    return FastAPI()  # TODO: the brief's addresses
