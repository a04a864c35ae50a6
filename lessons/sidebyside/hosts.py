"""Sends one request to an app of a pair, in this process, as a server would; nothing is printed."""

from __future__ import annotations

import asyncio
import atexit
import io
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from werkzeug.test import EnvironBuilder, run_wsgi_app

from autograder.errors import CourseError
from sidebyside.places import AppFile, load_app

__all__ = ["Answer", "Host", "Request", "close_hosts", "host", "open_host"]

_PATIENCE_S = 10.0
_SERVER = ("127.0.0.1", 8000)


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent.

    Attributes:
        method: such as ``GET``.
        url: path and query as a reader writes them; what must be escaped is escaped here.
        headers: by name.
        body: the bytes after the headers.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path and query as they travel: ASCII alone."""
        return quote(self.url, safe="/?&=%:@!$'()*+,;~-._[]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: such as 200.
        headers: names in lower case, in the order in which they came.
        body: the bytes.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def reason(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else ""

    def header(self, name: str) -> str | None:
        """The header's value; several are joined by commas; None when it is absent."""
        values = [value for each, value in self.headers if each == name]
        return ", ".join(values) if values else None


class WsgiHost:
    """Calls a WSGI app. What it logs goes nowhere."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def send(self, request: Request) -> Answer:
        """The app's answer."""
        target = urlsplit(f"http://{_SERVER[0]}{request.target}")
        builder = EnvironBuilder(
            path=target.path,
            query_string=target.query,
            base_url=f"http://{_SERVER[0]}:{_SERVER[1]}/",
            method=request.method,
            headers=list(request.headers.items()),
            data=request.body or None,
            errors_stream=io.StringIO(),
            environ_overrides={"REMOTE_ADDR": "127.0.0.1", "RAW_URI": request.target},
        )
        environ = builder.get_environ()
        builder.close()
        chunks, status, headers = run_wsgi_app(self._app, environ, buffered=True)
        body = b"".join(chunks)
        return Answer(
            int(status.split()[0]), tuple((name.lower(), value) for name, value in headers.items()), body
        )

    def close(self) -> None:
        """Nothing is held."""


class AsgiHost:
    """Keeps an ASGI app and its event loop alive, so that lifespan and background tasks work."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._stop = asyncio.Event()
        self._started = asyncio.Event()
        self._lifespan = asyncio.run_coroutine_threadsafe(self._live(), self._loop)
        asyncio.run_coroutine_threadsafe(self._started.wait(), self._loop).result(_PATIENCE_S)

    def send(self, request: Request) -> Answer:
        """The app's answer. Raises CourseError when it does not come to an end."""
        future = asyncio.run_coroutine_threadsafe(self._send(request), self._loop)
        try:
            return future.result(_PATIENCE_S)
        except TimeoutError:
            future.cancel()
            raise CourseError(
                f"The answer did not end within {_PATIENCE_S:.0f} seconds.",
                where=f"{request.method} {request.url}",
                remedy="Show streams that go on with `timeline` or on a real server.",
            ) from None

    def close(self) -> None:
        """Shut the app down and end its loop."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._lifespan.result(_PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)
        self._loop.close()

    async def _live(self) -> None:
        """Run the app's lifespan as a server does; an app without one raises, which is allowed."""

        async def receive() -> dict[str, Any]:
            if not self._started.is_set() and not asked:
                asked.append(True)
                return {"type": "lifespan.startup"}
            await self._stop.wait()
            return {"type": "lifespan.shutdown"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"].startswith("lifespan.startup"):
                self._started.set()

        asked: list[bool] = []
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        self._state = scope["state"]
        task = asyncio.ensure_future(self._app(scope, receive, send))
        await asyncio.wait({task})
        task.exception()
        self._started.set()

    async def _send(self, request: Request) -> Answer:
        waiting = [{"type": "http.request", "body": request.body, "more_body": False}]
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if waiting:
                return waiting.pop()
            await asyncio.sleep(_PATIENCE_S)
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        task = asyncio.ensure_future(self._app(self._scope(request), receive, send))
        await asyncio.wait({task})
        # What the app raises is the server's to catch: it answers 500 where nothing was answered yet.
        task.exception()
        return _answer(messages, request.method)

    def _scope(self, request: Request) -> dict[str, Any]:
        path, _, query = request.target.partition("?")
        headers = {"host": f"{_SERVER[0]}:{_SERVER[1]}", **{k.lower(): v for k, v in request.headers.items()}}
        if request.body:
            headers.setdefault("content-length", str(len(request.body)))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote_to_bytes(path).decode("utf-8", "replace"),
            "raw_path": path.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": "",
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()],
            "client": ("127.0.0.1", 50000),
            "server": _SERVER,
            "state": dict(self._state),
        }


Host = WsgiHost | AsgiHost


def open_host(app: Any, protocol: str) -> Host:
    """A host for an app; the caller closes it."""
    return WsgiHost(app) if protocol == "wsgi" else AsgiHost(app)


_hosts: dict[tuple[str, str], tuple[AppFile, tuple[int, ...], Host]] = {}


def host(file: AppFile, *, fresh: bool = False) -> Host:
    """The host of a pair's app: kept between calls, opened anew when its source changed or when asked to."""
    key = (file.topic, file.framework.name)
    kept = _hosts.get(key)
    if kept is not None and not fresh and kept[:2] == (file, file.age):
        return kept[2]
    if kept is not None:
        kept[2].close()
        del _hosts[key]
    opened = open_host(load_app(file), file.framework.protocol)
    _hosts[key] = (file, file.age, opened)
    return opened


def close_hosts() -> None:
    """Shut down every app that `host` keeps."""
    for _, _, opened in _hosts.values():
        opened.close()
    _hosts.clear()


# A loop that is still running when the interpreter ends would complain on standard error.
atexit.register(close_hosts)


def _answer(messages: list[dict[str, Any]], method: str) -> Answer:
    start = next((each for each in messages if each["type"] == "http.response.start"), None)
    if start is None:
        return Answer(500, (("content-type", "text/plain; charset=utf-8"),), b"Internal Server Error")
    headers = tuple((k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in start.get("headers", ()))
    body = b"".join(each.get("body", b"") for each in messages if each["type"] == "http.response.body")
    return Answer(start["status"], headers, b"" if method == "HEAD" else body)
