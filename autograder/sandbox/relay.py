"""How a submission reaches a named backend: bytes copied between its loopback port and the real address."""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
import time

from autograder.sandbox.job import Address

__all__ = ["Relay", "connect"]

_BLOCK = 65536
_MOST_CONNECTIONS = 32
_PAUSE_S = 0.05
_OURS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def connect(address: Address) -> socket.socket:
    """Open a connection to a unix socket's path or a loopback port. Raises OSError."""
    if address.path is None:
        return socket.create_connection(("127.0.0.1", address.port or 0))
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        link.connect(address.path)
    except OSError:
        link.close()
        raise
    return link


class Relay:
    """Accepts on a listening socket, in threads of the grader's, and passes bytes on to ``target``.

    Behind the wall the listener was opened in the box's network namespace and handed out; so the
    submission connects to its own loopback and no descriptor of the outside ever enters the box.

    Attributes:
        fault: why a connection was refused through a fault of this machine; the submission took it for
            one of the backend's.
    """

    def __init__(self, listener: socket.socket, target: Address) -> None:
        self._listener = listener
        self._target = target
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False
        self.fault: Exception | None = None
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def close(self) -> None:
        """Stop listening and cut every connection."""
        with self._lock:
            self._closed = True
            links = [self._listener, *self._open]
        for each in links:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                inside, _ = self._listener.accept()
            except OSError:
                time.sleep(_PAUSE_S)  # it was closed; or we have too many files open, which passes
                continue
            with self._lock:
                crowded = self._closed or len(self._open) >= 2 * _MOST_CONNECTIONS
            if crowded:
                inside.close()
                continue
            self._join(inside)

    def _join(self, inside: socket.socket) -> None:
        try:
            outside = connect(self._target)
        except OSError as error:
            if error.errno in _OURS:
                self.fault = error
            inside.close()
            return
        with self._lock:
            self._open |= {inside, outside}
        ended = [threading.Event(), threading.Event()]
        for source, sink, mine, other in (
            (inside, outside, ended[0], ended[1]),
            (outside, inside, ended[1], ended[0]),
        ):
            threading.Thread(
                target=self._copy, args=(source, sink, mine, other), name="relay", daemon=True
            ).start()

    def _copy(
        self, source: socket.socket, sink: socket.socket, mine: threading.Event, other: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(_BLOCK):
                sink.sendall(block)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
        with self._lock:
            mine.set()
            last = other.is_set()
            if last:
                self._open -= {source, sink}
        if last:
            source.close()
            sink.close()
