"""Requests and answers in bytes: the short way says what h11 says, to the byte and to the complaint."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks.wire import Answer, Exchange, NoAnswerError

Fields = list[tuple[bytes, bytes]]

HOST = (b"host", b"localhost")
BY_H11 = b"PURGE"
"""A method that h11 treats as any other, and for which there is no short way."""


def taken(method: bytes, pieces: Sequence[bytes]) -> Answer | str | None:
    """What comes of an answer in these pieces, after which the connection is closed."""
    exchange = Exchange(method, b"/", [HOST], None)
    try:
        for piece in [*filter(None, pieces), b""]:
            answer = exchange.take(piece)
            if answer is not None:
                return answer
    except (NoAnswerError, h11.RemoteProtocolError) as error:
        return f"{type(error).__name__}: {error}"
    return None


STATUS_LINES = st.sampled_from([
    b"HTTP/1.1 200 OK", b"HTTP/1.0 404 NOT FOUND", b"HTTP/1.1 500", b"HTTP/1.1 204 No Content",
    b"HTTP/1.1 304 Not Modified", b"HTTP/1.1 100 Continue", b"HTTP/1.1 20 OK", b"HTTP/2 200 OK",
    b"HTTP/1.1  200 OK", b"HTTP/1.1 200 \xe4", b"http/1.1 200 OK", b"HTTP/1.1 101 Switching Protocols",
])  # fmt: skip
FIELDS = st.sampled_from([
    b"Content-Length: 4", b"content-length:4", b"Content-Length: 04", b"Content-Length: 4, 4",
    b"Content-Length: +4", b"Content-Length: 1000000000000000000000", b"Content-Length : 4", b"X:  a b\t ",
    b"X:", b"X: \xe4", b"X: a\tb", b"X: a\x0bb", b" folded", b"Transfer-Encoding: chunked",
    b"Set-Cookie: a=b", b"Transfer-Encoding: gzip", b"Connection: close", b"no colon", b"", b"\xe4: x",
    b"X: a\x00b", b"X: a\rb",
])  # fmt: skip


@st.composite
def answers(draw: st.DrawFn) -> list[bytes]:
    """Answers, most of them well-formed, cut anywhere."""
    newline = draw(st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n"]))
    lines = [draw(STATUS_LINES), *draw(st.lists(FIELDS, max_size=4))]
    body = draw(st.sampled_from([b"", b"four", b"fourteen", b"4\r\nfour\r\n0\r\n\r\n"]))
    data = newline.join([*lines, b"", b""]) + body
    cuts = sorted(draw(st.sets(st.integers(0, len(data)), max_size=3)) | {0, len(data)})
    return [data[start:end] for start, end in pairwise(cuts)]


@given(answers())
def test_an_answer_is_read_as_h11_reads_it(pieces: list[bytes]) -> None:
    assert taken(b"GET", pieces) == taken(BY_H11, pieces)


@given(st.lists(st.binary(max_size=200), max_size=4))
def test_whatever_comes_is_read_as_h11_reads_it(pieces: list[bytes]) -> None:
    assert taken(b"GET", pieces) == taken(BY_H11, pieces)


def test_a_plain_answer_is_whole_at_its_last_byte_and_what_follows_is_not_read() -> None:
    exchange = Exchange(b"GET", b"/", [HOST], None)
    head = b"HTTP/1.1 200 OK\r\nContent-Type:  text/plain \r\nContent-Length: 4\r\n\r\n"
    assert exchange.take(head) is None
    assert exchange.take(b"fou") is None
    expected = Answer(200, ((b"content-type", b"text/plain"), (b"content-length", b"4")), b"four")
    assert exchange.take(b"rteen") == expected


def written(method: bytes, target: bytes, fields: Fields, body: bytes | None) -> bytes:
    """The request's bytes by the short way, where there is one."""
    return Exchange(method, target, fields, body).request


def written_by_h11(method: bytes, target: bytes, fields: Fields, body: bytes | None) -> bytes:
    machine = h11.Connection(h11.CLIENT)
    length = [] if body is None else [(b"content-length", str(len(body)).encode())]
    head = machine.send(h11.Request(method=method, target=target, headers=[*fields, *length]))
    data = machine.send(h11.Data(data=body)) if body else b""
    machine.send(h11.EndOfMessage())
    return (head or b"") + (data or b"")


def outcome(write: Callable[..., bytes], *words: object) -> bytes | str:
    try:
        return write(*words)
    except h11.LocalProtocolError as error:
        return str(error)


WORDS = st.sampled_from([b"x", b"content-length", b"host", b"expect", b"cookie", b"a b", b"upgrade", b""])
VALUES = st.one_of(st.sampled_from([b"", b"0", b"chunked", b" a", b"a\tb", b"\xe4"]), st.binary(max_size=9))


@given(
    st.sampled_from([b"GET", b"POST", b"HEAD", b"G T", b""]),
    st.one_of(st.sampled_from([b"/", b"/a?b=%20", b"/a b", b""]), st.binary(max_size=9)),
    st.lists(st.tuples(WORDS, VALUES), max_size=3),
    st.sampled_from([None, b"", b"body"]),
)
def test_a_request_goes_out_as_h11_writes_it_or_is_refused_as_h11_refuses_it(
    method: bytes, target: bytes, own: Fields, body: bytes | None
) -> None:
    fields = [HOST, *own]
    said = outcome(written, method, target, fields, body)
    assert said == outcome(written_by_h11, method, target, fields, body)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nx: " + b" " * 90_000 + b"\x00\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 15_000 + b"\x00",
        b"HTTP/1.1 200 " + b"O" * 90_000 + b"\x00\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x" * 90_000,
    ],
    ids=["spaces", "fields", "reason", "name"],
)
def test_no_answer_costs_the_square_of_its_length(data: bytes) -> None:
    start = time.process_time()
    assert isinstance(taken(b"GET", [data]), str)
    assert time.process_time() - start < 5
