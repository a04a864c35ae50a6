"""The experiments behind the claims C36, C37 and C39, and what the lesson shows of its own apps."""

from __future__ import annotations

import ast
import base64
import importlib.metadata
import importlib.util
import json
import runpy
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2, OAuth2PasswordBearer
from flask import Flask, request, session
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from werkzeug.security import check_password_hash, generate_password_hash

from sidebyside.hosts import Answer, Host, Request, open_host
from sidebyside.places import app_files

Ask = Callable[..., Answer]

GARBAGE = {"authorization": "Bearer not-a-token"}


def bare_install(name: str) -> set[str]:
    """The distributions that installing one by its bare name brings on this Python, without extras."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        each = canonicalize_name(waiting.pop())
        if each not in found:
            found.add(each)
            needs = map(Requirement, importlib.metadata.requires(each) or ())
            waiting += [need.name for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Sends one request to an app of either framework."""
    hosts: dict[int, Host] = {}

    def send(app: Any, url: str, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
        if id(app) not in hosts:
            hosts[id(app)] = open_host(app, "asgi" if isinstance(app, FastAPI) else "wsgi")
        return hosts[id(app)].send(Request(method, url, headers or {}, b""))

    yield send
    for host in hosts.values():
        host.close()


def guarded(scheme: Any) -> FastAPI:
    """One endpoint, behind a security scheme alone."""
    app = FastAPI()

    async def show(token: str) -> dict[str, str]:
        return {"token": token}

    show.__annotations__["token"] = Annotated[str, Depends(scheme)]
    app.get("/me")(show)
    return app


def test_c36_any_token_passes(ask: Ask) -> None:
    answer = ask(guarded(OAuth2PasswordBearer(tokenUrl="token")), "/me", headers=GARBAGE)
    assert (answer.status, json.loads(answer.body)) == (HTTPStatus.OK, {"token": "not-a-token"})


def test_c36_what_is_checked_is_that_there_is_one(ask: Ask) -> None:
    answer = ask(guarded(OAuth2PasswordBearer(tokenUrl="token")), "/me")
    assert (answer.status, answer.header("www-authenticate")) == (HTTPStatus.UNAUTHORIZED, "Bearer")


def test_c36_nobody_issues_tokens(ask: Ask) -> None:
    app = guarded(OAuth2PasswordBearer(tokenUrl="token"))
    assert ask(app, "/token", "POST").status == HTTPStatus.NOT_FOUND
    flows = app.openapi()["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]
    assert flows["password"]["tokenUrl"] == "token"


def test_c37_client_credentials_are_described_and_not_done(ask: Ask) -> None:
    app = guarded(OAuth2(flows={"clientCredentials": {"tokenUrl": "token", "scopes": {}}}))
    flows = app.openapi()["components"]["securitySchemes"]["OAuth2"]["flows"]
    assert list(flows) == ["clientCredentials"]
    assert ask(app, "/token", "POST").status == HTTPStatus.NOT_FOUND
    assert ask(app, "/me", headers={"authorization": "anything at all"}).status == HTTPStatus.OK


def test_c37_no_library_for_tokens_comes_along() -> None:
    assert "starlette" in bare_install("fastapi")
    assert not bare_install("fastapi") & {"pyjwt", "python-jose", "authlib", "joserfc", "cryptography"}


def test_c37_the_security_package_signs_hashes_and_verifies_nothing() -> None:
    spec = importlib.util.find_spec("fastapi.security")
    assert spec is not None
    assert spec.origin is not None
    names = {
        node.name.lower()
        for file in Path(spec.origin).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    assert "oauth2passwordbearer" in names
    assert not [each for each in names if any(it in each for it in ("jwt", "hash", "verify", "sign"))]


def test_c39_werkzeug_hashes_passwords() -> None:
    first, second = generate_password_hash("open sesame"), generate_password_hash("open sesame")
    assert first.startswith("scrypt:")
    assert first != second
    assert check_password_hash(first, "open sesame")
    assert not check_password_hash(first, "Open sesame")


def test_c39_flask_reads_the_credentials(ask: Ask) -> None:
    app = Flask(__name__)

    @app.get("/")
    def show() -> list[str | None]:
        sent = request.authorization
        assert sent is not None
        return [sent.type, sent.token, sent.username, sent.password]

    basic = base64.b64encode(b"ada:open sesame").decode()
    assert json.loads(ask(app, "/", headers=GARBAGE).body)[:2] == ["bearer", "not-a-token"]
    answer = ask(app, "/", headers={"authorization": f"Basic {basic}"})
    assert json.loads(answer.body)[2:] == ["ada", "open sesame"]


def test_c39_the_session_is_signed_and_readable() -> None:
    app = Flask(__name__)
    app.secret_key = "for this test alone"  # noqa: S105 - it guards nothing

    @app.get("/in")
    def log_in() -> str:
        session["user"] = "ada"
        return "in"

    @app.get("/me")
    def show() -> dict[str, str | None]:
        return {"user": session.get("user")}

    client = app.test_client()
    client.get("/in")
    cookie = client.get_cookie("session")
    assert cookie is not None
    payload, rest = cookie.value.split(".", 1)
    assert json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))) == {"user": "ada"}
    assert client.get("/me").json == {"user": "ada"}
    forged = base64.urlsafe_b64encode(b'{"user":"eve"}').decode().rstrip("=")
    client.set_cookie("session", f"{forged}.{rest}")
    assert client.get("/me").json == {"user": None}


SPRING, SUMMER = (
    "a key of the spring, long enough for the rule",
    "a key of the summer, long enough for the rule",
)
FORM = {"content-type": "application/x-www-form-urlencoded"}
RIGHT = b"username=ada&password=stars+over+harwell"


def makers() -> list[Callable[..., Any]]:
    """Both apps' factories."""
    return [runpy.run_path(str(file.path))["create_app"] for file in app_files("authentication")]


def signed_in(app: Any) -> dict[str, str]:
    """The header that a client sends after it has signed in."""
    host = open_host(app, "asgi" if isinstance(app, FastAPI) else "wsgi")
    answer = host.send(Request("POST", "/sign-in", FORM, RIGHT))
    host.close()
    assert answer.status == HTTPStatus.OK
    if isinstance(app, FastAPI):
        return {"authorization": f"Bearer {json.loads(answer.body)['access_token']}"}
    return {"cookie": str(answer.header("set-cookie")).partition(";")[0]}


def test_c36_both_drafts_answer_garbage(ask: Ask) -> None:
    for make in makers():
        answer = ask(make(), "/draft", headers=GARBAGE)
        assert (answer.status, json.loads(answer.body)) == (HTTPStatus.OK, {"token": "not-a-token"})


def test_c39_what_an_old_key_signed_is_good_until_the_key_is_gone(ask: Ask) -> None:
    for make in makers():
        headers = signed_in(make({"spring": SPRING}))
        status = [
            ask(make(keys), "/me", headers=headers).status
            for keys in ({"spring": SPRING}, {"summer": SUMMER, "spring": SPRING}, {"summer": SUMMER})
        ]
        assert status == [HTTPStatus.OK, HTTPStatus.OK, HTTPStatus.UNAUTHORIZED]


def test_c36_a_failed_sign_in_of_our_own_tells_nothing() -> None:
    for make in makers():
        host = open_host(app := make(), "asgi" if isinstance(app, FastAPI) else "wsgi")
        wrong = [
            host.send(Request("POST", "/sign-in", FORM, f"username={name}&password=x".encode()))
            for name in ("ada", "eve")
        ]
        host.close()
        assert [each.status for each in wrong] == [HTTPStatus.UNAUTHORIZED] * 2
        assert wrong[0].body == wrong[1].body
        assert wrong[0].header("www-authenticate") == "Bearer"
