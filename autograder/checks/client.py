"""The one HTTP client that talks to submissions: capped, undecoded, one connection a request.

The app at the other end may be hostile. Every read and write goes through a stream that
carries one deadline for the whole exchange and one count of bytes, so that dripped headers,
endless 1xx answers and endless bodies all end: a time-out per read would never fire on them.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from typing import Any

import httpcore

from autograder.checks.expect import AppGone, AppHung, CheckFailed
from autograder.checks.reply import Reply
from autograder.sandbox.job import Address

__all__ = ["Client"]

_PIECE = 16_384
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
            CheckFailed: the answer is not HTTP, or too long.
        """
        sent = _shown_request(method, target, body)
        deadline = time.monotonic() + self._wall_s
        try:
            request = self._request(method, target, headers, body)
            stream = _GuardedStream(self._connect(), deadline, self._max_bytes)
            # The bare connection: a pool would cost a fifth more for every request.
            with httpcore.HTTP11Connection(origin=request.url.origin, stream=stream) as connection:
                return _read(connection, request, sent)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise AppHung(f"No complete answer came within {self._wall_s:g} seconds.", sent=sent) from error
        except _TooMuchError as error:
            message = f"The answer is longer than {self._max_bytes} bytes."
            raise CheckFailed(message, sent=sent, got="a longer answer") from error
        except httpcore.NetworkError as error:
            raise AppGone("The app closed the connection, or is gone.", sent=sent) from error
        except httpcore.RemoteProtocolError as error:
            if str(error).startswith("Server disconnected"):
                raise AppGone("The connection ended without an answer.", sent=sent) from error
            raise CheckFailed("The answer is not valid HTTP.", sent=sent, got=str(error)) from error
        except (httpcore.LocalProtocolError, UnicodeEncodeError) as error:
            # What a check sends on, such as a token, may be what the app answered before.
            raise CheckFailed(f"A value cannot stand in a request: {error}.", sent=sent) from error

    def _connect(self) -> httpcore.NetworkStream:
        network = httpcore.SyncBackend()
        if self._address.path is not None:
            return network.connect_unix_socket(self._address.path, self._wall_s)
        return network.connect_tcp("127.0.0.1", self._address.port or 80, self._wall_s)

    def _request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> httpcore.Request:
        own = [(key.lower().encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()]
        named = {key for key, _ in own}
        fields = [field for field in _SAME_FOR_ALL if field[0] not in named] + own
        if body is not None:
            fields.append((b"content-length", str(len(body)).encode()))
        url = httpcore.URL(
            scheme=b"http", host=b"127.0.0.1", port=self._address.port or 80, target=target.encode("ascii")
        )
        return httpcore.Request(method, url, headers=fields, content=body)


def _read(connection: httpcore.HTTP11Connection, request: httpcore.Request, sent: str) -> Reply:
    response = connection.handle_request(request)
    try:
        body = b"".join(response.iter_stream())
    finally:
        response.close()
    headers = tuple(
        (key.decode("latin-1").lower(), value.decode("latin-1")) for key, value in response.headers
    )
    return Reply(sent, response.status, headers, body)


def _shown_request(method: str, target: str, body: bytes | None) -> str:
    if body is None:
        return f"{method} {target}"
    return f"{method} {target}\n{body[:600].decode('utf-8', 'replace')}"


class _GuardedStream(httpcore.NetworkStream):
    """One connection under the exchange's deadline and allowance."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float, allowance: int) -> None:
        self._stream = stream
        self._deadline = deadline
        self._allowance = allowance

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._left())
        self._allowance -= len(data)
        if self._allowance < 0:
            raise _TooMuchError
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # In pieces, since a peer that drains slowly resets the time-out of every send.
        for start in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[start : start + _PIECE], self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        raise httpcore.UnsupportedProtocol

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left
