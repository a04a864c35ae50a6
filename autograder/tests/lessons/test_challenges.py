"""A 401 carries a challenge for what its path reads (RFC 9110, 15.5.2), in every app of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.frameworks import FRAMEWORKS
from autograder.tests.lessons.conftest import COURSE
from sidebyside.hosts import Answer, Host, Request, open_host
from sidebyside.places import AppFile, load_app

COOKIE, BEARER = "Cookie cookie-name=session", "Bearer"
CREDENTIALS = b'{"email": "eve@club.example", "password": "not that one"}'
JSON = {"content-type": "application/json"}
Open = Callable[[str, str, str], Host]


@pytest.fixture
def open_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """A host of the app of a tree, a topic and a framework."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_KEYS", "k1:a-key-of-this-test-alone")
    hosts: list[Host] = []

    def open_one(tree: str, topic: str, framework: str) -> Host:
        kind = FRAMEWORKS[framework]
        path = COURSE / tree / topic / f"{kind.module}.py"
        hosts.append(open_host(load_app(AppFile(topic, kind, path)), kind.protocol))
        return hosts[-1]

    yield open_one
    for each in hosts:
        each.close()


def told(answer: Answer) -> tuple[int, str | None]:
    return answer.status, answer.header("www-authenticate")


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("tree", ["exercises", "solutions"])
def test_authorization_asks_for_the_cookie(open_app: Open, tree: str, framework: str) -> None:
    host = open_app(tree, "authorization", framework)
    for headers in ({}, {"cookie": "session=nobodys"}, {"authorization": "Bearer a-token"}):
        for method, path in (("GET", "/me"), ("PUT", "/plots/1"), ("GET", "/board")):
            answer = host.send(Request(method, path, {**headers, **JSON}, b'{"crop": "peas"}'))
            assert told(answer) == (401, COOKIE)
            assert answer.body.replace(b" ", b"").strip() == b'{"error":"unauthenticated"}'


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_authentication_asks_for_the_token(open_app: Open, framework: str) -> None:
    host = open_app("solutions", "authentication", framework)
    assert told(host.send(Request("GET", "/me"))) == (401, BEARER)
    garbage = host.send(Request("GET", "/me", {"authorization": "Bearer garbage"}))
    assert told(garbage) == (401, 'Bearer error="invalid_token"')
    assert told(host.send(Request("POST", "/tokens", JSON, CREDENTIALS))) == (401, BEARER)


def test_the_board_asks_for_the_cookie(open_app: Open) -> None:
    host = open_app("solutions", "authentication", "flask")
    for request in (
        Request("GET", "/board"),
        Request("GET", "/board", {"cookie": "session=forged"}),
        Request("POST", "/board/sign-in", JSON, CREDENTIALS),
    ):
        assert told(host.send(request)) == (401, COOKIE)
