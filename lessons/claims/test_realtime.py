"""The experiments behind claims on real time: C58, C59."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterator, MutableMapping
from typing import Any

from fastapi import FastAPI, WebSocket
from fastapi.sse import EventSourceResponse, ServerSentEvent
from flask import Flask
from flask import Response as FlaskResponse
from werkzeug.test import create_environ

HTTP = {"type": "http", "method": "GET", "http_version": "1.1", "query_string": b"", "scheme": "http"}


def test_c58_an_event_leaves_before_the_next_one_is_made() -> None:
    app, log = FastAPI(), list[str]()

    @app.get("/", response_class=EventSourceResponse)
    async def events() -> AsyncIterable[ServerSentEvent]:
        for number in range(3):
            log.append(f"made {number}")
            yield ServerSentEvent(data=number, event="seat", id=str(number))
            await asyncio.wait_for(left[number].wait(), 5)

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            log.append(dict(message["headers"])[b"content-type"].decode())
        if b"data: " in message.get("body", b""):
            number = int(message["body"].split(b"data: ")[1].split()[0])
            log.append(f"sent {number}")
            left[number].set()

    async def receive() -> dict[str, Any]:
        if not asked:
            asked.append(True)
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.Event().wait()
        raise AssertionError

    asked: list[bool] = []
    left = [asyncio.Event() for _ in range(3)]
    scope = {**HTTP, "path": "/", "raw_path": b"/", "headers": [], "root_path": ""}
    asyncio.run(asyncio.wait_for(app(scope, receive, send), 10))
    assert [each for each in log if not each.startswith("text/event-stream")] == [
        *("made 0", "sent 0", "made 1", "sent 1", "made 2", "sent 2")
    ]
    assert any(each.startswith("text/event-stream") for each in log)


def test_c58_websockets_are_built_in() -> None:
    app, sent = FastAPI(), list[MutableMapping[str, Any]]()

    @app.websocket("/")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text((await socket.receive_text()).upper())
        await socket.close()

    arriving = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "hello"}]

    async def receive() -> dict[str, Any]:
        return arriving.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/", "raw_path": b"/", "query_string": b"", "headers": []}
    asyncio.run(app({**scope, "scheme": "ws", "root_path": "", "subprotocols": []}, receive, send))
    assert [each["type"] for each in sent] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert sent[1]["text"] == "HELLO"


def test_c59_flask_sends_each_event_when_it_is_made() -> None:
    app, log = Flask(__name__), list[str]()

    @app.get("/")
    def events() -> FlaskResponse:
        def make() -> Iterator[str]:
            for number in range(3):
                log.append(f"made {number}")
                yield f"id: {number}\nevent: seat\ndata: {number}\n\n"

        return FlaskResponse(make(), mimetype="text/event-stream")

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        log.append(f"{status}, {dict(headers)['Content-Type']}")

    # A server takes a piece and sends it before it asks for the next one.
    for piece in app.wsgi_app(create_environ("/"), start):
        log.append(f"sent {piece.decode().split('data: ')[1].strip()}")
    assert log == [
        "200 OK, text/event-stream; charset=utf-8",
        *("made 0", "sent 0", "made 1", "sent 1", "made 2", "sent 2"),
    ]


def test_c59_an_open_stream_holds_its_thread(room: Any, waitress: Any) -> None:
    app, full = Flask(__name__), room()

    @app.get("/")
    def events() -> FlaskResponse:
        def make() -> Iterator[str]:
            full.stay()
            yield "data: 1\n\n"

        return FlaskResponse(make(), mimetype="text/event-stream")

    with waitress(app, 2) as send:
        assert full.fill(send, 5, wanted=2) == 2
