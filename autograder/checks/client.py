"""The one HTTP client that talks to submissions: capped, undecoded, one connection a request.

The app at the other end may be hostile. One deadline holds for the whole exchange, and one count of
bytes, so that dripped headers, endless 1xx answers and endless bodies all end: a time-out per read
would never fire on them.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Mapping

import h11

from autograder.checks.expect import AppGone, AppHung, CheckFailed
from autograder.checks.readable import fault_of
from autograder.checks.reply import Reply
from autograder.checks.wire import Answer, Exchange, NoAnswerError
from autograder.sandbox.job import Address

__all__ = ["Client", "reply_of"]

_PIECE = 16_384
_MOST_READ = 65_536
_CONNECT_WALL_S = 0.5
_SAME_FOR_ALL = (
    (b"host", b"localhost"),
    (b"user-agent", b"Mozilla/5.0"),
    (b"accept", b"*/*"),
    (b"accept-encoding", b"identity"),
    (b"connection", b"close"),
)


class _TooMuchError(Exception):
    """The app sent more bytes than one exchange may have."""


class Client:
    """Sends one request per connection to an app and reads its whole answer.

    Args:
        address: where the app answers.
        wall_s: seconds that one exchange may take, all in all.
        max_bytes: bytes that the app may send in one exchange, headers included.
    """

    def __init__(self, address: Address, *, wall_s: float, max_bytes: int) -> None:
        self._address = address
        self._wall_s = wall_s
        self._max_bytes = max_bytes

    def __call__(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, /) -> Reply:
        """Send one request.

        Raises:
            AppGone: nothing listens any more, or the connection ended inside the answer.
            AppHung: the answer was not complete in time.
            CheckFailed: the answer is not HTTP, too long, or not readable for an ordinary client.
        """
        sent = _shown_request(method, target, body)
        deadline = time.monotonic() + self._wall_s
        try:
            exchange = Exchange(method.encode("ascii"), target.encode("ascii"), _fields(headers), body)
            with self._connected() as connection:
                _write(connection, exchange.request, deadline)
                return reply_of(sent, self._read(connection, exchange, deadline))
        except TimeoutError as error:
            raise AppHung(f"No complete answer came within {self._wall_s:g} seconds.", sent=sent) from error
        except _TooMuchError as error:
            message = f"The answer is longer than {self._max_bytes} bytes."
            raise CheckFailed(message, sent=sent, got="a longer answer") from error
        except OSError as error:
            raise AppGone("The app closed the connection, or is gone.", sent=sent) from error
        except NoAnswerError as error:
            raise AppGone("The connection ended without an answer.", sent=sent) from error
        except h11.RemoteProtocolError as error:
            raise CheckFailed("The answer is not valid HTTP.", sent=sent, got=str(error)) from error
        except (h11.LocalProtocolError, UnicodeEncodeError) as error:
            # What a check sends on, such as a token, may be what the app answered before.
            raise CheckFailed(f"A value cannot stand in a request: {error}.", sent=sent) from error

    def _connected(self) -> socket.socket:
        path, port = self._address.path, self._address.port or 80
        connection = socket.socket(socket.AF_INET if path is None else socket.AF_UNIX)
        try:
            connection.settimeout(_CONNECT_WALL_S if sys.platform == "win32" else self._wall_s)
            connection.connect(("127.0.0.1", port) if path is None else path)
        except OSError as error:
            connection.close()
            if sys.platform == "win32" and isinstance(error, TimeoutError):
                # Windows knocks at a closed port for two seconds; at an open one it is let in at once.
                raise ConnectionRefusedError from error
            raise
        return connection

    def _read(self, connection: socket.socket, exchange: Exchange, deadline: float) -> Answer:
        allowance = self._max_bytes
        while True:
            connection.settimeout(_left(deadline))
            data = _received(connection, exchange)
            allowance -= len(data)
            if allowance < 0:
                raise _TooMuchError
            answer = exchange.take(data)
            if answer is not None:
                return answer


def _received(connection: socket.socket, exchange: Exchange) -> bytes:
    try:
        return connection.recv(_MOST_READ)
    except ConnectionError:
        if exchange.awaits_close:
            return b""  # an app that did not read all of the request resets the connection as it closes it
        raise


def _write(connection: socket.socket, data: bytes, deadline: float) -> None:
    # In pieces, since a peer that drains slowly resets the time-out of every send.
    for start in range(0, len(data), _PIECE):
        connection.settimeout(_left(deadline))
        try:
            connection.sendall(data[start : start + _PIECE])
        except ConnectionError:
            return  # an app may answer, such as 413, before it has read everything


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _fields(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    own = [(key.lower().encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()]
    named = {key for key, _ in own}
    return [field for field in _SAME_FOR_ALL if field[0] not in named] + own


def reply_of(sent: str, answer: Answer) -> Reply:
    """The answer as a check looks at it.

    Args:
        sent: the request, as a person would write it.
        answer: what came back.

    Raises:
        CheckFailed: an ordinary client cannot read it.
    """
    headers = tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in answer.headers)
    reply = Reply(sent, answer.status, headers, answer.body)
    fault = fault_of(headers, answer.body)
    if fault is not None:
        raise CheckFailed(fault.message, sent=sent, expected=fault.expected, got=reply.shown)
    return reply


def _shown_request(method: str, target: str, body: bytes | None) -> str:
    if body is None:
        return f"{method} {target}"
    return f"{method} {target}\n{body[:600].decode('utf-8', 'replace')}"
