"""The experiments behind the lesson's claims C38 and C43: what somebody may do, and safe defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, HTTPException, Security
from fastapi import Request as FastAPIRequest
from fastapi.security import OAuth2PasswordBearer, SecurityScopes
from flask import Flask, request

from sidebyside.hosts import Answer, Host, Request, open_host

Ask = Callable[..., Answer]

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
SCHEME = OAuth2PasswordBearer(tokenUrl="token", scopes={"admin": "everything"})
GRANTED = {"a-token-of-ada": {"admin"}, "a-token-of-bob": set[str]()}
LARGE = 20_000_000


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Sends one request to an app of either framework."""
    hosts: dict[int, Host] = {}

    def send(
        app: Any, url: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        if id(app) not in hosts:
            hosts[id(app)] = open_host(app, "asgi" if isinstance(app, FastAPI) else "wsgi")
        return hosts[id(app)].send(Request(method, url, headers or {}, body))

    yield send
    for host in hosts.values():
        host.close()


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


def drafts_and_mended() -> tuple[Any, Any]:
    """The lesson's apps, loaded from their files."""
    places = (Path(__file__).with_name(f"{name}_app.py") for name in ("flask", "fastapi"))
    specs = [spec_from_file_location(f"authorization_{path.stem}", path) for path in places]
    apps = []
    for spec in specs:
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        apps.append(module.create_app())
    return apps[0], apps[1]


ATTACKS: dict[str, tuple[str, str, dict[str, str], bytes, bytes]] = {
    "idor-read": ("GET", "/tickets/1", {}, b"", b"C7"),
    "idor-write": ("PUT", "/tickets/1", JSON, b'{"seat": "Z9"}', b"Z9"),
    "mass-assignment": ("PATCH", "/profile", JSON, b'{"role": "manager"}', b"manager"),
    "sql-injection": ("GET", "/films?by=(SELECT pin FROM cards)", {}, b"", b"Alps"),
    "cross-site-request": (
        "POST",
        "/votes",
        {**FORM, "origin": "https://evil.example"},
        b"film=Evil",
        b"Evil",
    ),
    "json-as-text": ("POST", "/reviews", {"content-type": "text/plain"}, b'{"text": "<b>"}', b"reviews"),
}


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("name", ATTACKS)
def test_c43_the_same_attack_works_on_both_drafts(ask: Ask, which: int, name: str) -> None:
    app = drafts_and_mended()[which]
    method, url, headers, body, shows = ATTACKS[name]
    sent = {"cookie": "key=key-of-bob", **headers}
    assert shows not in ask(app, f"/mended{url}", method, sent, body).body
    assert shows in ask(app, f"/draft{url}", method, sent, body).body


KEPT: dict[str, tuple[str, str, dict[str, str], bytes, bytes]] = {
    "read": ("GET", "/tickets/1", {}, b"", b"C7"),
    "write": ("PUT", "/tickets/1", JSON, b'{"seat": "Z9"}', b"Z9"),
    "profile": ("PATCH", "/profile", JSON, b'{"motto": "Less light"}', b"Less light"),
    "films": ("GET", "/films?by=year", {}, b"", b"Alps"),
    "votes": ("POST", "/votes", {**FORM, "origin": "https://films.example"}, b"film=Alps", b"Alps"),
    "reviews": ("POST", "/reviews", JSON, b'{"text": "<b>"}', b"reviews"),
    "takings": ("GET", "/takings", {}, b"", b"812"),
}


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("name", KEPT)
def test_c43_the_mended_routes_keep_the_feature(ask: Ask, which: int, name: str) -> None:
    app = drafts_and_mended()[which]
    method, url, headers, body, shows = KEPT[name]
    answer = ask(app, f"/mended{url}", method, {"cookie": "key=key-of-ada", **headers}, body)
    assert answer.status == HTTPStatus.OK
    assert shows in answer.body


@pytest.mark.parametrize("which", [0, 1])
def test_c38_the_drafts_show_a_guest_the_takings(ask: Ask, which: int) -> None:
    app = drafts_and_mended()[which]
    bob = {"cookie": "key=key-of-bob"}
    answers = [ask(app, f"/{stage}/takings", "GET", bob).status for stage in ("draft", "mended")]
    assert answers == [HTTPStatus.OK, HTTPStatus.FORBIDDEN]


@pytest.mark.parametrize("which", [0, 1])
def test_c43_both_escape_by_the_name_of_the_template(ask: Ask, which: int) -> None:
    app = drafts_and_mended()[which]
    ada = {"cookie": "key=key-of-ada"}
    assert ask(app, "/mended/reviews", "POST", {**ada, **JSON}, b'{"text": "<b>"}').status == HTTPStatus.OK
    pages = [ask(app, f"/{stage}/page", "GET", ada).body for stage in ("draft", "mended")]
    assert [b"<b>" in page for page in pages] == [True, False]


@pytest.mark.parametrize("which", [0, 1])
def test_c43_both_lead_away_until_told(ask: Ask, which: int) -> None:
    app = drafts_and_mended()[which]
    ada = {"cookie": "key=key-of-ada"}
    for to in ("//evil.example", "https://evil.example", "/%5Cevil.example"):
        away, own = (ask(app, f"/{stage}/onward?to={to}", "GET", ada) for stage in ("draft", "mended"))
        assert "evil" in (away.header("location") or "")
        assert own.header("location") == "/"
