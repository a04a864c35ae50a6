"""The experiments behind claims on who somebody is: C36, C37, C39."""

from __future__ import annotations

import ast
import base64
import importlib.util
import json
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2, OAuth2PasswordBearer
from flask import Flask, request, session
from werkzeug.security import check_password_hash, generate_password_hash

from sidebyside.hosts import Answer

Ask = Callable[..., Answer]

GARBAGE = {"authorization": "Bearer not-a-token"}


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


def test_c37_no_library_for_tokens_comes_along(bare_install: Callable[[str], frozenset[str]]) -> None:
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
