"""What the experiments share: asking an app, holding a crowd of requests inside it, and bare installs."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import importlib.metadata
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from http import HTTPStatus
from typing import Any

import pytest
from fastapi import FastAPI
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from starlette.exceptions import StarletteDeprecationWarning
from waitress import create_server, wasyncore  # type: ignore[import-untyped]  # it has no types

from sidebyside.hosts import Answer, Host, Request, open_host

__all__: list[str] = []

_PATIENCE_S = 10.0
_GRACE_S = 0.2


@pytest.fixture
def ask() -> Iterator[Callable[..., Answer]]:
    """Sends one request to an app of either framework, in this process."""
    hosts: dict[int, Host] = {}
    opening = threading.Lock()

    def send(
        app: Any, url: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        with opening:
            if id(app) not in hosts:
                hosts[id(app)] = open_host(app, "asgi" if isinstance(app, FastAPI) else "wsgi")
        return hosts[id(app)].send(Request(method, url, headers or {}, body))

    yield send
    for host in hosts.values():
        host.close()


class Room:
    """Where requests wait together until the door opens; counts how many are inside at once.

    Attributes:
        peak: the most that were inside at once.
        threads: the threads that they came in on.
    """

    def __init__(self) -> None:
        self.peak = 0
        self.threads: set[int] = set()
        self._inside = 0
        self._lock = threading.Lock()
        self._door = threading.Event()

    def stay(self) -> None:
        """Hold the calling thread until the door opens."""
        with self._entered():
            self._door.wait(_PATIENCE_S)

    async def stay_async(self) -> None:
        """Give the loop away until the door opens."""
        with self._entered():
            while not self._door.is_set():  # noqa: ASYNC110 - the event belongs to threads
                await asyncio.sleep(0.01)

    def fill(self, send: Callable[[], Answer], size: int, wanted: int) -> int:
        """Send a crowd of requests at once; open the door when as many as wanted, or more, are inside."""
        with ThreadPoolExecutor(size) as pool:
            sent = [pool.submit(send) for _ in range(size)]
            end = time.monotonic() + _PATIENCE_S
            while self.peak < wanted and time.monotonic() < end:
                time.sleep(0.01)
            time.sleep(_GRACE_S)  # more than wanted would come in now
            self._door.set()
            assert {each.result().status for each in sent} == {HTTPStatus.OK}
        return self.peak

    @contextlib.contextmanager
    def _entered(self) -> Iterator[None]:
        with self._lock:
            self._inside += 1
            self.peak = max(self.peak, self._inside)
            self.threads.add(threading.get_ident())
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1


@pytest.fixture
def room() -> Callable[[], Room]:
    """Makes an empty room."""
    return Room


@pytest.fixture
def waitress() -> Callable[..., Any]:
    """A WSGI app on a real server with some threads; what the context gives sends a request to it."""
    return _on_waitress


@contextlib.contextmanager
def _on_waitress(app: Any, threads: int) -> Iterator[Callable[[], Answer]]:
    channels: dict[int, Any] = {}
    server = create_server(app, map=channels, host="127.0.0.1", port=0, threads=threads)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            wasyncore.loop(timeout=0.05, map=channels, count=1)

    loop = threading.Thread(target=serve)
    loop.start()
    try:
        yield lambda: _get(server.effective_port)
    finally:
        stop.set()
        loop.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(map=channels)


@pytest.fixture
def get() -> Callable[[int], Answer]:
    """Sends ``GET /`` to a port of this machine."""
    return _get


def _get(port: int) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2 * _PATIENCE_S)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        return Answer(answer.status, (), answer.read())
    finally:
        connection.close()


@pytest.fixture
def bare_install() -> Callable[[str], frozenset[str]]:
    """The distributions that installing one by its bare name brings on this Python, without extras."""
    return _bare_install


@cache
def _bare_install(name: str) -> frozenset[str]:
    found: set[str] = set()
    waiting = [(canonicalize_name(name), frozenset[str]())]
    seen = set(waiting)
    while waiting:
        each, extras = waiting.pop()
        found.add(each)
        for text in importlib.metadata.requires(each) or ():
            need = Requirement(text)
            wanted = need.marker is None or any(need.marker.evaluate({"extra": it}) for it in ("", *extras))
            after = (canonicalize_name(need.name), frozenset(need.extras))
            if wanted and after not in seen:
                seen.add(after)
                waiting.append(after)
    return frozenset(found)


@pytest.fixture
def client_class() -> Any:
    """FastAPI's ``TestClient``; where only the older httpx is installed it warns, and works."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StarletteDeprecationWarning)
        from fastapi.testclient import TestClient  # noqa: PLC0415 - the warning comes with the import
    return TestClient
