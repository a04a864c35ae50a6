"""A package: the app's things are passed to functions that make routers; dependencies are bound methods."""

from .app import create_app

__all__ = ["create_app"]
