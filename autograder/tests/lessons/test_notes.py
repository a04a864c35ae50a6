"""What solutions/*/NOTES.md says of the frameworks beside the ledger's claims."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from flask import Flask, stream_with_context

from autograder.frameworks import FRAMEWORKS, Framework
from autograder.tests.lessons.conftest import COURSE
from sidebyside.hosts import Answer, Request, open_host
from sidebyside.places import AppFile, load_app

Ask = Callable[[Any, str], Answer]


@pytest.fixture
def ask() -> Ask:
    """Sends one request to an app of either framework, and ends it."""

    def send(app: Any, url: str) -> Answer:
        host = open_host(app, "asgi" if isinstance(app, FastAPI) else "wsgi")
        try:
            return host.send(Request("GET", url))
        finally:
            host.close()

    return send


def test_flask_tears_down_before_a_streamed_answer_and_after_it(ask: Ask) -> None:
    """What solutions/databases/NOTES.md says of streams."""
    flask, happened = Flask(__name__), list[str]()
    flask.teardown_appcontext(lambda _error: happened.append("teardown"))

    @flask.get("/told")
    def told_in_lines() -> Iterator[str]:
        happened.append("view")

        def told() -> Iterator[str]:
            happened.append("stream")
            yield "a line\n"

        return stream_with_context(told())

    assert ask(flask, "/told").body == b"a line\n"
    assert happened == ["view", "teardown", "stream", "teardown"]


def test_fastapi_closes_a_dependency_after_a_streamed_answer(ask: Ask) -> None:
    """The other half of the same sentence."""
    fastapi, happened = FastAPI(), list[str]()

    def opened() -> Iterator[None]:
        yield
        happened.append("closed")

    @fastapi.get("/told", dependencies=[Depends(opened)])
    def told_in_lines() -> StreamingResponse:
        happened.append("view")

        def told() -> Iterator[str]:
            happened.append("stream")
            yield "a line\n"

        return StreamingResponse(told())

    assert ask(fastapi, "/told").body == b"a line\n"
    assert happened == ["view", "stream", "closed"]


@pytest.mark.parametrize("framework", tuple(FRAMEWORKS.values()), ids=lambda each: each.name)
def test_the_time_bank_calls_bytes_that_are_not_utf_8_invalid(
    framework: Framework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of solutions/databases/NOTES.md, and the brief: a body that is not JSON is `invalid`."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'bank.db'}")
    file = COURSE / "solutions" / "databases" / f"{framework.module}.py"
    host = open_host(load_app(AppFile("databases", framework, file)), framework.protocol)
    try:
        answer = host.send(
            Request("POST", "/accounts", {"Content-Type": "application/json"}, b'{"owner": "\xff"}')
        )
    finally:
        host.close()
    assert (answer.status, json.loads(answer.body)) == (422, {"error": "invalid"})
