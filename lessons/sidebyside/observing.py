"""What a server process runs for a lesson: the pair's app, with each request's stay in it written down.

``sidebyside.observing:app`` is what the servers are pointed at. Which app that is, and where the notes go,
stands in the environment. The app itself is not changed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wsgi import ClosingIterator

from autograder.frameworks import FRAMEWORKS
from sidebyside.places import app_file, load_app

__all__ = ["HEADER", "NOTES", "TARGET"]

TARGET = "SIDEBYSIDE_TARGET"
"""Environment variable: ``<topic> <framework>``."""
NOTES = "SIDEBYSIDE_NOTES"
"""Environment variable: the file that stays are appended to, as ``<number> <entered> <left>`` in seconds."""
HEADER = "X-Request-Number"
"""A request without it leaves no note."""


class Notebook:
    """Appends stays to a file; a line is written at once, so that processes may share it."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(self, number: str | None, entered: float) -> None:
        """Write down that a request leaves now."""
        if number is not None:
            os.write(self._file, f"{number} {entered:.6f} {time.monotonic():.6f}\n".encode())


class ObservedWsgi:
    """A WSGI app whose requests are written down."""

    def __init__(self, inner: Callable[..., Iterable[bytes]], notebook: Notebook) -> None:
        self._inner = inner
        self._notebook = notebook

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Run the app; the stay ends when the server closes the body."""
        number = environ.get("HTTP_X_REQUEST_NUMBER")
        entered = time.monotonic()
        # Called here and not at the first piece: some servers read the status as soon as this returns.
        return ClosingIterator(
            self._inner(environ, start_response), lambda: self._notebook.note(number, entered)
        )


class ObservedAsgi:
    """An ASGI app whose requests are written down."""

    def __init__(self, inner: Callable[..., Any], notebook: Notebook) -> None:
        self._inner = inner
        self._notebook = notebook

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Run the app; the stay ends when it returns."""
        entered = time.monotonic()
        try:
            await self._inner(scope, receive, send)
        finally:
            if scope["type"] == "http":
                number = dict(scope["headers"]).get(HEADER.lower().encode())
                self._notebook.note(number and number.decode("latin-1"), entered)


def _observed() -> Any:
    topic, name = os.environ[TARGET].rsplit(" ", 1)
    framework = FRAMEWORKS[name]
    inner = load_app(app_file(topic, framework))
    notebook = Notebook(os.environ[NOTES])
    if framework.protocol == "asgi":
        return ObservedAsgi(inner, notebook)
    # `flask run` wants a Flask object, so the object stays and what it calls is wrapped.
    inner.wsgi_app = ObservedWsgi(inner.wsgi_app, notebook)
    return inner


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(name)
    globals()["app"] = made = _observed()
    return made
