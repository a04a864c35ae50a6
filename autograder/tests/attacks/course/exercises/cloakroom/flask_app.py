"""A cloakroom, in Flask."""

from __future__ import annotations

from flask import Flask

__all__ = ["create_app"]


def create_app() -> Flask:
    """Build the app."""
    return Flask(__name__)  # TODO: the brief's addresses
