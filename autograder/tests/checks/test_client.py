"""The hardened client against a server that means harm."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from autograder.checks import Api, CheckFailed
from autograder.checks.client import Client
from autograder.checks.expect import AppGone, AppHung
from autograder.checks.process import AppProcess
from autograder.checks.reply import Reply
from autograder.sandbox.job import Address

Behaviour = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BIG_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"


@contextmanager
def server(behaviour: Behaviour) -> Iterator[tuple[Address, list[bytes]]]:
    """Serve each connection by ``behaviour``; yields the address and the requests' bytes."""
    listener = socket.create_server(("127.0.0.1", 0))
    received: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                received.append(connection.recv(65536))
                try:
                    behaviour(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Address(port=listener.getsockname()[1]), received
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def ask(address: Address, target: str = "/", wall_s: float = 0.5, max_bytes: int = 10_000) -> Reply:
    return Client(address, wall_s=wall_s, max_bytes=max_bytes)("GET", target, {}, None)


def dripping(data: bytes, between_s: float = 0.05, before: bytes = b"") -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(before)
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(between_s)

    return behave


def sending(data: bytes, times: int = 1) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        for _ in range(times):
            connection.sendall(data)

    return behave


def test_an_honest_answer_comes_back_whole() -> None:
    with server(sending(OK)) as (address, _):
        reply = ask(address)
    assert (reply.status, reply.body) == (200, b"ok")


def test_the_target_goes_out_byte_for_byte() -> None:
    with server(sending(OK)) as (address, received):
        ask(address, "/files/a%2Fb/../c?x=%20")
    assert received[0].startswith(b"GET /files/a%2Fb/../c?x=%20 HTTP/1.1\r\n")


def test_every_request_asks_for_an_uncoded_body_and_a_closed_connection() -> None:
    with server(sending(OK)) as (address, received):
        ask(address)
    assert b"accept-encoding: identity\r\n" in received[0].lower()
    assert b"connection: close\r\n" in received[0].lower()


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(lambda _: time.sleep(2), id="no-answer"),
        pytest.param(dripping(OK), id="dripping-headers"),
        pytest.param(dripping(OK[-2:], 1.5, before=OK[:-2]), id="a-byte-missing"),
        pytest.param(dripping(b"x" * 60, before=BIG_HEAD), id="dripping-body"),
    ],
)
def test_an_answer_that_does_not_end_is_a_hang_at_the_deadline(behaviour: Behaviour) -> None:
    with server(behaviour) as (address, _):
        start = time.monotonic()
        with pytest.raises(AppHung):
            ask(address, wall_s=0.4)
        assert time.monotonic() - start >= 0.4


def test_endless_interim_answers_end() -> None:
    with (
        server(sending(b"HTTP/1.1 103 Early Hints\r\n\r\n", 10**7)) as (address, _),
        pytest.raises(CheckFailed) as caught,
    ):
        ask(address)
    assert isinstance(caught.value, AppHung) or "longer than" in caught.value.message


def test_a_body_longer_than_allowed_is_refused_without_reading_it() -> None:
    with (
        server(sending(BIG_HEAD + b"x" * 65536, 10**5)) as (address, _),
        pytest.raises(CheckFailed, match="longer than 10000 bytes"),
    ):
        ask(address)


def test_a_compressed_body_is_not_inflated() -> None:
    packed = gzip.compress(b"\0" * 1_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    with (
        server(sending(head.encode() + packed)) as (address, _),
        pytest.raises(CheckFailed, match="`Content-Encoding` is `gzip`") as caught,
    ):
        ask(address)
    assert len(caught.value.got or "") < 1_000


def test_a_second_answer_on_the_connection_is_never_read() -> None:
    forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    with server(sending(OK + forged)) as (address, _):
        assert [ask(address).body, ask(address).body] == [b"ok", b"ok"]


def test_what_is_not_http_fails_the_check() -> None:
    with (
        server(sending(b"hello there, this is not HTTP\r\n\r\n")) as (address, _),
        pytest.raises(CheckFailed, match="not valid HTTP"),
    ):
        ask(address)


def test_a_lying_content_length_fails_the_check() -> None:
    with (
        server(sending(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort")) as (address, _),
        pytest.raises(CheckFailed, match="not valid HTTP"),
    ):
        ask(address)


def test_a_redirect_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with server(sending(moved)) as (address, received):
        assert ask(address).status == 302
    assert len(received) == 1


def test_a_closed_connection_says_that_the_app_is_gone() -> None:
    with server(lambda _: None) as (address, _), pytest.raises(AppGone):
        ask(address)


def test_nothing_listening_says_that_the_app_is_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(AppGone):
        ask(Address(port=port))


def test_deep_json_fails_the_check_instead_of_crashing_it() -> None:
    deep = b"[" * 4000 + b"]" * 4000
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(deep)}\r\n\r\n".encode()
    with server(sending(head + deep)) as (address, _):
        reply = ask(address)
    with pytest.raises(CheckFailed, match="is not JSON"):
        reply.json()


@pytest.mark.parametrize("token", ["two\r\nx-more: lines", "\u20ac", "\ud800"])
def test_an_answer_that_cannot_be_sent_on_fails_the_check_and_breaks_nothing(token: str) -> None:
    with server(sending(OK)) as (address, received):
        client = Client(address, wall_s=1, max_bytes=10_000)
        with pytest.raises(CheckFailed, match="cannot stand in a request"):
            client("GET", "/", {"authorization": token}, None)
        assert b"x-more" not in b"".join(received)


@pytest.mark.parametrize(
    "asked",
    [
        lambda api: api.get("/items/\ud800"),
        lambda api: api.get("/items", query={"of": "\ud800"}),
        lambda api: api.post("/items", json={"name": "\ud800"}),
    ],
    ids=["target", "query", "json"],
)
def test_an_answer_that_is_no_text_cannot_be_sent_on_and_breaks_nothing(
    asked: Callable[[Api], Reply],
) -> None:
    with server(sending(OK)) as (address, received):
        api = Api(Client(address, wall_s=1, max_bytes=10_000), AppProcess(lambda _: {}, ()))
        with pytest.raises(CheckFailed, match="is no text"):
            asked(api)
    assert received == []


OK_HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(OK_HEAD + b"X-Long: a\r\n b\r\nContent-Length: 2\r\n\r\nok", id="folded"),
        pytest.param(OK_HEAD + b"Content-Length : 2\r\n\r\nok", id="space-before-colon"),
        pytest.param(OK_HEAD + b"X: a\0b\r\nContent-Length: 2\r\n\r\nok", id="zero-byte"),
        pytest.param(OK_HEAD + b"X: a\rb\r\nContent-Length: 2\r\n\r\nok", id="bare-carriage-return"),
        pytest.param(OK_HEAD + b"\xc3\x84: a\r\nContent-Length: 2\r\n\r\nok", id="name-not-ascii"),
        pytest.param(b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok", id="version"),
        pytest.param(b"HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\nok", id="no-status"),
        pytest.param(b"HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nok", id="status-below-100"),
        pytest.param(OK_HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok", id="two-lengths"),
        pytest.param(
            OK_HEAD + b"Content-Length: " + b"1" * 5_000 + b"\r\n\r\nok", id="length-of-5000-digits"
        ),
        pytest.param(OK_HEAD + b"Content-Length: -2\r\n\r\nok", id="negative-length"),
        pytest.param(
            OK_HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            id="both-framings",
        ),
        pytest.param(OK_HEAD + b"Transfer-Encoding: gzip\r\n\r\nok", id="unknown-framing"),
        pytest.param(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n", id="chunk-size"),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\nok", id="204-with-a-body"),
        pytest.param(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok", id="304-with-a-body"),
    ],
)
def test_an_answer_that_a_server_must_not_send_is_not_http(answer: bytes) -> None:
    with server(sending(answer)) as (address, _), pytest.raises(CheckFailed, match="not valid HTTP"):
        ask(address)


@pytest.mark.parametrize("between_s", [0, 0.05])
def test_a_body_in_an_answer_to_head_is_seen_however_late_it_comes(between_s: float) -> None:
    def behave(connection: socket.socket) -> None:
        connection.sendall(OK[:-2])
        time.sleep(between_s)
        connection.sendall(OK[-2:])

    with server(behave) as (address, _):
        client = Client(address, wall_s=5, max_bytes=1_000)
        with pytest.raises(CheckFailed, match="not valid HTTP") as caught:
            client("HEAD", "/", {}, None)
    assert caught.value.got == "an answer to HEAD has a body"


def test_an_answer_to_head_keeps_the_length_of_get() -> None:
    with server(sending(OK[:-2])) as (address, _):
        reply = Client(address, wall_s=5, max_bytes=1_000)("HEAD", "/", {}, None)
    assert (reply.body, reply.header("content-length")) == (b"", "2")
