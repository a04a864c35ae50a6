"""Shows the built site: as files, or on a port of its own."""

from __future__ import annotations

import contextlib
import http.server
import socketserver
import threading
import webbrowser
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from autograder.errors import UsageError

__all__ = ["open_page", "serving_files"]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and does not print a line for each."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


@contextlib.contextmanager
def serving_files(folder: Path, port: int = 0) -> Iterator[str]:
    """Serve a folder on loopback while the context lasts; yields its address.

    Args:
        folder: what to serve.
        port: which port; a free one when 0.

    Raises:
        UsageError: the port is taken.
    """
    try:
        server = _Server(("127.0.0.1", port), partial(_Quiet, directory=str(folder)))
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be had: {error.strerror}.",
            where="course site --serve",
            remedy="Name another with --port, or leave it out to get a free one.",
        ) from error
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def open_page(address: str) -> bool:
    """Open the reader's browser; False where there is none."""
    return webbrowser.open(address)
