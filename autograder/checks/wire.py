"""What bytes make a request, and what an answer's bytes say: HTTP/1.1 as h11 reads it.

A plain request or answer, as almost every one is, is written or read by one regular expression, in a
tenth of the time. What that does not match to the last byte goes to h11 as it came, so that both ways
give the same answer or the same complaint.

After an answer that must not have a body the connection is read to its end: otherwise it would depend on
the network whether a forbidden body is seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import h11

__all__ = ["Answer", "Exchange", "NoAnswerError"]

Fields = Sequence[tuple[bytes, bytes]]

_MOST_HEAD = 102_400
_TOKEN = rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+"
# No two neighbours in these can match the same byte: a hostile answer must not cost the square of its length.
_FIELD = re.compile(rb"(%s):([\t\x20-\x7e]*)\r\n" % _TOKEN)
_HEAD = re.compile(rb"HTTP/1\.[01] ([2-5][0-9]{2})(?: [\x20-\x7e]*)?\r\n((?:%s)*)\r\n" % _FIELD.pattern)
_IS_TOKEN = re.compile(_TOKEN).fullmatch
_IS_TARGET = re.compile(rb"[\x21-\x7e]+").fullmatch
_IS_VALUE = re.compile(rb"[\x20-\x7e]+").fullmatch
_IS_LENGTH = re.compile(rb"[0-9]{1,12}").fullmatch
_BODY = {b"content-length", b"transfer-encoding"}
_FRAMING = {*_BODY, b"expect", b"upgrade"}
_HEAD_END = re.compile(rb"\n\r?\n")
_FOLD = re.compile(rb"\n[ \t]")
_VERSIONS = {b"1.0", b"1.1"}
# For a run of blanks in a header h11 needs the square of its length: half a minute for 90 kB, measured.
_BLANKS = re.compile(rb"[ \t]{256}")
_WITHOUT_BODY = {204, 304}
_PLAIN_METHODS = {b"DELETE", b"GET", b"OPTIONS", b"PATCH", b"POST", b"PUT"}


class NoAnswerError(Exception):
    """The connection ended before the head of an answer was there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is whole; header names are in lower case."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class _Head(NamedTuple):
    start: int
    end: int
    status: int
    headers: tuple[tuple[bytes, bytes], ...]


class Exchange:
    """One request, and the answer to it as it comes in.

    Args:
        method: the request's method.
        target: path and query.
        fields: all its headers, names in lower case.
        body: its body.

    Attributes:
        request: the bytes to send.

    Raises:
        h11.LocalProtocolError: this cannot be said in HTTP.
    """

    def __init__(self, method: bytes, target: bytes, fields: Fields, body: bytes | None) -> None:
        is_plain = _is_plain(method, target, fields)
        if body is not None:
            fields = [*fields, (b"content-length", b"%d" % len(body))]
        self._said = method, target, fields, body or b""
        self._data = bytearray()
        self._head: _Head | None = None
        self._machine: _Machine | None = None
        if is_plain:
            lines = b"".join(b"%s: %s\r\n" % field for field in fields)
            self.request = b"%s %s HTTP/1.1\r\n%s\r\n%s" % (method, target, lines, body or b"")
        else:
            self._machine = _Machine(*self._said)
            self.request = self._machine.request

    def take(self, data: bytes) -> Answer | None:
        """The answer, as soon as it is whole; no bytes say that the app closed the connection.

        Raises:
            NoAnswerError: it closed before the head of an answer was there.
            h11.RemoteProtocolError: this is not HTTP.
        """
        if self._machine is not None:
            return self._machine.take(data)
        self._data += data
        if self._head is None:
            if data and b"\r\n\r\n" not in self._data and len(self._data) < _MOST_HEAD:
                return None
            self._head = _plain_head(self._said[0], self._data)
        if self._head is None or not data:  # closed in the middle of the body
            return self._by_machine(at_end=not data)
        start, end, status, headers = self._head
        return Answer(status, headers, bytes(self._data[start:end])) if len(self._data) >= end else None

    @property
    def awaits_close(self) -> bool:
        """Whether the answer is whole but must not have a body, so that the end of the connection counts."""
        return self._machine is not None and self._machine.awaits_close

    def _by_machine(self, *, at_end: bool) -> Answer | None:
        """Let h11 read what came so far, and what comes yet."""
        self._machine = _Machine(*self._said)
        answer = self._machine.take(bytes(self._data)) if self._data else None
        return self._machine.take(b"") if at_end and answer is None else answer


class _Machine:
    """The same exchange by h11, and more strictly: what a server must not send is not HTTP."""

    def __init__(self, method: bytes, target: bytes, fields: Fields, body: bytes) -> None:
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEAD)
        request = h11.Request(method=method, target=target, headers=list(fields))
        events = [request, *([h11.Data(data=body)] if body else []), h11.EndOfMessage()]
        self.request = b"".join(self._connection.send(event) or b"" for event in events)
        self._is_head = method == b"HEAD"
        self._answer = Answer(0, (), b"")
        self._pieces: list[bytes] = []
        self._heads = b""
        self.awaits_close = False

    def take(self, data: bytes) -> Answer | None:
        if self.awaits_close:
            return self._closed(data)
        if self._connection.their_state is h11.SEND_RESPONSE:
            if not data:
                raise NoAnswerError
            self._heads = _without_interim(self._heads + data)
        self._connection.receive_data(data)
        while (event := self._connection.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Data):
                self._pieces.append(bytes(event.data))
            elif isinstance(event, h11.Response | h11.InformationalResponse):
                _hold_head(event)
                self._answer = Answer(event.status_code, tuple(event.headers), b"")
            elif isinstance(event, h11.EndOfMessage) or event is h11.PAUSED:
                self._answer = replace(self._answer, body=b"".join(self._pieces))
                if not self._is_head and self._answer.status not in _WITHOUT_BODY:
                    return self._answer
                self.awaits_close = True
                surplus, is_closed = self._connection.trailing_data
                return self._closed(surplus) if surplus or is_closed else None
        return None

    def _closed(self, surplus: bytes) -> Answer:
        """The answer without a body, now that the connection has ended."""
        if surplus:
            what = (
                "an answer to HEAD" if self._is_head else f"an answer with the status {self._answer.status}"
            )
            message = f"{what} has a body"
            raise h11.RemoteProtocolError(message)
        return self._answer


def _hold_head(head: h11.Response | h11.InformationalResponse) -> None:
    """Raise unless clients agree on the head's version and on where the body ends."""
    if head.http_version not in _VERSIONS:
        message = f"the version is HTTP/{head.http_version.decode()}"
        raise h11.RemoteProtocolError(message)
    if _BODY.issubset(name for name, _ in head.headers):
        message = "there are both Content-Length and Transfer-Encoding"
        raise h11.RemoteProtocolError(message)


def _without_interim(data: bytes) -> bytes:
    """The head that is being read, and what follows; raises where h11 would take too long over it."""
    while True:
        end = _HEAD_END.search(data)
        if _BLANKS.search(data, 0, end.end() if end else len(data)):
            message = "a header holds 256 blanks in a row"
            raise h11.RemoteProtocolError(message)
        if _FOLD.search(data, 0, end.start() if end else len(data)):
            message = "a header is folded: its value continues on a second line"
            raise h11.RemoteProtocolError(message)
        if end is None or not data.startswith((b"HTTP/1.0 1", b"HTTP/1.1 1")):
            return data
        data = data[end.end() :]


def _is_plain(method: bytes, target: bytes, fields: Fields) -> bool:
    """Whether h11 would write just these fields, in this order, and complain of none."""
    names = [key for key, _ in fields]
    if names[0] != b"host" or names.count(b"host") > 1 or not _FRAMING.isdisjoint(names):
        return False
    said = all(_IS_TOKEN(key) and _IS_VALUE(value) and value.strip() == value for key, value in fields)
    return said and bool(_IS_TOKEN(method) and _IS_TARGET(target))


def _plain_head(method: bytes, data: bytearray) -> _Head | None:
    """The head of an answer and where its body lies; None when that is for h11 to say."""
    head = _HEAD.match(data) if method in _PLAIN_METHODS else None
    if head is None or _BLANKS.search(head[2]):
        return None
    fields = tuple((key.lower(), value.strip()) for key, value in _FIELD.findall(head[2]))
    lengths = [value for key, value in fields if key in _BODY]
    status = int(head[1])
    if status in _WITHOUT_BODY or len(lengths) != 1 or not _IS_LENGTH(lengths[0]):
        return None
    return _Head(head.end(), head.end() + int(lengths[0]), status, fields)
