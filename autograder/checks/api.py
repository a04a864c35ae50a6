"""The app under test, as a check talks to it: HTTP and nothing else."""

from __future__ import annotations

import json as json_text
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from urllib.parse import quote, urlencode

from autograder.checks.expect import CheckFailed
from autograder.checks.reply import Reply

__all__ = ["Api", "Draw", "Send"]

Draw = random.Random
"""A seeded source of hidden inputs: the same for every student of a release."""

Query = Mapping[str, str] | Sequence[tuple[str, str]]


class Send(Protocol):
    """One request over one connection; the hardened client offers it."""

    def __call__(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, /) -> Reply:
        """Send it and read its whole answer."""


class Api:
    """Sends requests to the app under test.

    A target is sent as it stands, byte for byte: write ``%2F`` to send ``%2F``.
    Characters outside ASCII are percent-encoded as UTF-8.
    """

    def __init__(self, send: Send, restart: Callable[[], None]) -> None:
        self._send = send
        self._restart = restart

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

    def post(
        self,
        target: str,
        *,
        json: object = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """``POST target``, with a JSON body or raw bytes."""
        return self.request("POST", target, json=json, body=body, headers=headers)

    def restart(self) -> None:
        """End the app's process and start it again; files it wrote are kept, memory is not."""
        self._restart()
