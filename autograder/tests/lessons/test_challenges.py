"""A 401 carries a challenge for what its path reads (RFC 9110, 15.5.2), in every app of our own."""

from __future__ import annotations

import pytest

from autograder.frameworks import FRAMEWORKS
from autograder.tests.lessons.conftest import Open
from sidebyside.hosts import Answer, Request

COOKIE, BEARER = "Cookie cookie-name=session", "Bearer"
CREDENTIALS = b'{"email": "eve@club.example", "password": "not that one"}'
JSON = {"content-type": "application/json"}


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
