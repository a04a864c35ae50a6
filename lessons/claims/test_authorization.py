"""The experiments behind claims on what somebody may do, and on safe defaults: C38, C43."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, HTTPException, Security
from fastapi import Request as FastAPIRequest
from fastapi.security import OAuth2PasswordBearer, SecurityScopes
from flask import Flask, request

from sidebyside.hosts import Answer

Ask = Callable[..., Answer]

SCHEME = OAuth2PasswordBearer(tokenUrl="token", scopes={"admin": "everything"})
GRANTED = {"a-token-of-ada": {"admin"}, "a-token-of-bob": set[str]()}
LARGE = 20_000_000


def name_only(scopes: SecurityScopes, token: Annotated[str, Depends(SCHEME)]) -> list[str]:
    return [*scopes.scopes, token]


def enforce(scopes: SecurityScopes, token: Annotated[str, Depends(SCHEME)]) -> list[str]:
    if not set(scopes.scopes) <= GRANTED.get(token, set()):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    return [*scopes.scopes, token]


def status(ask: Ask, app: FastAPI, token: str) -> int:
    return ask(app, "/", headers={"authorization": f"Bearer {token}"}).status


def test_c38_a_scope_alone_refuses_nobody(ask: Ask) -> None:
    app = FastAPI()

    @app.get("/")
    def show(who: Annotated[list[str], Security(name_only, scopes=["admin"])]) -> list[str]:
        return who

    assert status(ask, app, "not-a-token") == HTTPStatus.OK


def test_c38_your_own_code_refuses(ask: Ask) -> None:
    app = FastAPI()

    @app.get("/")
    def show(who: Annotated[list[str], Security(enforce, scopes=["admin"])]) -> list[str]:
        return who

    answers = [status(ask, app, token) for token in ("not-a-token", "a-token-of-bob", "a-token-of-ada")]
    assert answers == [HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN, HTTPStatus.OK]


def receivers(flask_settings: dict[str, Any], fastapi_settings: dict[str, Any]) -> tuple[Flask, FastAPI]:
    """In each framework, an app that reads the whole body."""
    flask, fastapi = Flask(__name__), FastAPI(**fastapi_settings)
    flask.config.update(flask_settings)

    @flask.post("/")
    def flask_take() -> dict[str, int]:
        return {"bytes": len(request.get_data())}

    @fastapi.post("/")
    async def fastapi_take(request: FastAPIRequest) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    return flask, fastapi


@pytest.mark.parametrize("which", [0, 1])
def test_c43_neither_limits_a_body_unless_told(ask: Ask, which: int) -> None:
    free = receivers({}, {})[which]
    limited = receivers({"MAX_CONTENT_LENGTH": 1000}, {"max_body_size": 1000})[which]
    assert ask(free, "/", "POST", {"content-length": str(LARGE)}, b"x" * LARGE).status == HTTPStatus.OK
    too_much = ask(limited, "/", "POST", {"content-length": "2000"}, b"x" * 2000)
    assert too_much.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize("which", [0, 1])
def test_c43_neither_minds_a_form_of_a_foreign_site(ask: Ask, which: int) -> None:
    foreign = {
        "origin": "https://evil.example",
        "content-type": "application/x-www-form-urlencoded",
        "cookie": "session=ada",
    }
    assert ask(receivers({}, {})[which], "/", "POST", foreign, b"amount=9").status == HTTPStatus.OK


@pytest.mark.parametrize("which", [0, 1])
def test_c43_neither_sends_headers_that_protect_a_page(ask: Ask, which: int) -> None:
    answer = ask(receivers({}, {})[which], "/", "POST", {}, b"x")
    assert not {name for name, _ in answer.headers} & {
        "content-security-policy",
        "x-frame-options",
        "x-content-type-options",
        "strict-transport-security",
    }
