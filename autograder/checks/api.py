"""The app under test, as a check talks to it: HTTP, and a restart."""

from __future__ import annotations

import json as json_text
import random
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypedDict, Unpack
from urllib.parse import quote, urlencode

from autograder.checks.expect import CheckFailed, spend
from autograder.checks.process import AppProcess
from autograder.checks.reply import Reply

__all__ = ["Api", "Draw", "Extras", "Send"]

_MOST_AT_ONCE = 32

Draw = random.Random
"""A seeded source of hidden inputs: the same for every student of a release."""

Query = Mapping[str, str] | Sequence[tuple[str, str]]


class Send(Protocol):
    """One request over one connection; the hardened client offers it."""

    def __call__(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, /) -> Reply:
        """Send it and read its whole answer."""


class Extras(TypedDict, total=False):
    """What a request may carry beside its target; see `Api.request`."""

    query: Query | None
    headers: Mapping[str, str] | None
    json: object
    body: bytes | None


class Api:
    """Sends requests to the app under test.

    A target is sent as it stands, byte for byte: write ``%2F`` to send ``%2F``.
    Characters outside ASCII are percent-encoded as UTF-8.
    """

    def __init__(self, send: Send, process: AppProcess) -> None:
        self._send = send
        self._process = process

    def request(
        self,
        method: str,
        target: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        body: bytes | None = None,
    ) -> Reply:
        """Send one request and read its whole answer.

        Args:
            method: the method, in capitals.
            target: path and query as they go on the wire.
            query: added to the target, encoded.
            headers: added to the few that every request carries.
            json: sent as a JSON body, with its content type.
            body: sent as it is.
        """
        spend()
        self._process.settle()
        sent_headers = dict(headers or {})
        try:
            if json is not None:
                body = json_text.dumps(json, ensure_ascii=False).encode()
                sent_headers.setdefault("content-type", "application/json")
            if query is not None:
                pairs = list(query.items()) if isinstance(query, Mapping) else list(query)
                target = f"{target}?{urlencode(pairs)}"
            target = quote(target, safe="%/:?#[]@!$&'()*+,;=-._~")
        except UnicodeEncodeError as error:
            # A lone surrogate: only an answer of the app's, sent on by a check, can hold one.
            raise CheckFailed(f"A value of the app's is no text: {error}.") from error
        return self._send(method, target, sent_headers, body)

    def get(
        self, target: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """``GET target``."""
        return self.request("GET", target, query=query, headers=headers)

    def post(self, target: str, **extras: Unpack[Extras]) -> Reply:
        """``POST target``, with a JSON body or raw bytes."""
        return self.request("POST", target, **extras)

    def put(self, target: str, **extras: Unpack[Extras]) -> Reply:
        """``PUT target``, with a JSON body or raw bytes."""
        return self.request("PUT", target, **extras)

    def patch(self, target: str, **extras: Unpack[Extras]) -> Reply:
        """``PATCH target``, with a JSON body or raw bytes."""
        return self.request("PATCH", target, **extras)

    def delete(self, target: str, **extras: Unpack[Extras]) -> Reply:
        """``DELETE target``."""
        return self.request("DELETE", target, **extras)

    def at_once(self, requests: Sequence[tuple[str, str] | tuple[str, str, Extras]]) -> list[Reply]:
        """Send all requests at the same moment, each over a connection of its own.

        Args:
            requests: method, target and what else `request` takes; at most 32.

        Returns:
            The replies, in the order of the requests.
        """
        if not 0 < len(requests) <= _MOST_AT_ONCE:
            message = f"{len(requests)} requests at once; between 1 and {_MOST_AT_ONCE} are possible"
            raise ValueError(message)
        self._process.settle()
        together = threading.Barrier(len(requests))

        def send(request: tuple[str, str] | tuple[str, str, Extras]) -> Reply:
            method, target, *rest = request
            extras = rest[0] if rest else Extras()
            together.wait()
            return self.request(method, target, **extras)

        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(send, requests))

    def restart(self, environment: Mapping[str, str] | None = None) -> None:
        """Ask the app's process to stop, as a server is stopped, and start it again.

        Files that it wrote are kept, memory is not. The next check finds it without these variables.

        Args:
            environment: variables on top of those that course.toml gives the part.
        """
        self._process.restart(environment or {})

    def left(self, name: str) -> bytes | None:
        """What the process that the last restart ended had left in a file that course.toml lists.

        The first bytes, as many as the part's ``left`` says; None when there was no such plain file.
        """
        return self._process.left(name)
