"""The checks' ``api`` for an app in the same process: what a stock nbgrader cell would use.

Only the benchmark uses this. It offers stock nbgrader the fastest honest way to run the same
checks: no socket, no server, no process beside the kernel.
"""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

from autograder.checks.api import Api, Send
from autograder.checks.expect import AppGone
from autograder.checks.process import AppProcess
from autograder.checks.reply import Reply

__all__ = ["asgi_api", "wsgi_api"]

_Headers = list[tuple[str, str]]


def wsgi_api(app: Callable[..., Iterable[bytes]]) -> Api:
    """The api of a WSGI app, called directly."""

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None, /) -> Reply:
        path, _, query = target.partition("?")
        started: list[tuple[str, _Headers]] = []
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": target,  # as servers tell it, and some apps ask for it
            "REQUEST_URI": target,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "CONTENT_LENGTH": str(len(body or b"")),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body or b""),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        environ |= {f"HTTP_{key.upper().replace('-', '_')}": value for key, value in headers.items()}
        environ["CONTENT_TYPE"] = headers.get("content-type", "")

        def start_response(status: str, fields: _Headers, _error: object = None) -> None:
            started.append((status, fields))

        content = b"".join(app(environ, start_response))
        status, fields = started[-1]
        lowered = tuple((key.lower(), value) for key, value in fields)
        return Reply(f"{method} {target}", int(status.split()[0]), lowered, content)

    return _api(send)


def asgi_api(app: Callable[..., Awaitable[None]]) -> Api:
    """The api of an ASGI app, on an event loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None, /) -> Reply:
        exchange = _exchange(app, method, target, headers, body or b"")
        return asyncio.run_coroutine_threadsafe(exchange, loop).result(10)

    return _api(send)


async def _exchange(
    app: Callable[..., Awaitable[None]], method: str, target: str, headers: Mapping[str, str], body: bytes
) -> Reply:
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (b"host", b"localhost"),
            *((key.lower().encode(), value.encode()) for key, value in headers.items()),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("localhost", 80),
    }
    events = [{"type": "http.request", "body": body, "more_body": False}]
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return events.pop() if events else {"type": "http.disconnect"}

    async def tell(event: dict[str, Any]) -> None:
        told.append(event)

    await app(scope, receive, tell)
    start = next(event for event in told if event["type"] == "http.response.start")
    content = b"".join(event.get("body", b"") for event in told if event["type"] == "http.response.body")
    lowered = tuple((key.decode().lower(), value.decode("latin-1")) for key, value in start["headers"])
    return Reply(f"{method} {target}", start["status"], lowered, content)


def _api(send: Send) -> Api:
    def ask(_: object) -> NoReturn:
        raise AppGone("An app in this process cannot be restarted.")

    return Api(send, AppProcess(ask, ()))
