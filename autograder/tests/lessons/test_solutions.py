"""What the briefs promise of our own apps, beyond what the hidden checks send."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from starlette.requests import cookie_parser
from werkzeug.http import parse_cookie

from autograder.frameworks import FRAMEWORKS
from autograder.tests.lessons.conftest import Open
from sidebyside.hosts import Request

BOB = {"cookie": "session=bob-92d7"}


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("tree", ["exercises", "solutions"])
def test_every_language_fits_into_the_cookie(open_app: Open, tree: str, framework: str) -> None:
    host = open_app(tree, "authorization", framework)
    for language in ("nl", "é", "日本", "€", 'a"b', "a;b", "a,b", "a b", " ", "\\", "\r\n", ""):
        answer = host.send(Request("GET", f"/language?to={quote(language)}&next=/plots", BOB))
        assert (answer.status, answer.header("location")) == (303, "/plots")
        pair = (answer.header("set-cookie") or "").partition("; ")[0]
        assert parse_cookie(pair)["language"] == language
        # Starlette leaves the bytes of UTF-8 as Latin-1.
        assert cookie_parser(pair)["language"].encode("latin-1").decode() == language


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("path", ["/members", "/tokens", "/tokens/refresh"])
def test_a_deeply_nested_body_is_invalid_input(open_app: Open, framework: str, path: str) -> None:
    host = open_app("solutions", "authentication", framework)
    for body in (b"[" * 2_000, b"[" * 60_000, b"[" * 60_000 + b"]" * 60_000, b'{"email":' * 60_000):
        answer = host.send(Request("POST", path, {"content-type": "application/json"}, body))
        assert (answer.status, json.loads(answer.body)) == (422, {"error": "invalid input"})


def test_a_deeply_nested_body_is_invalid_input_at_the_board(open_app: Open) -> None:
    host = open_app("solutions", "authentication", "flask")
    answer = host.send(Request("POST", "/board/sign-in", {"content-type": "application/json"}, b"[" * 60_000))
    assert (answer.status, json.loads(answer.body)) == (422, {"error": "invalid input"})
