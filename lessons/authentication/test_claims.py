"""The experiments behind the claims C36, C37 and C39, and what the lesson shows of its own apps."""

from __future__ import annotations

import ast
import base64
import importlib.metadata
import importlib.util
import json
import runpy
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi import Request as FastAPIRequest
from fastapi.security import OAuth2, OAuth2PasswordBearer
from flask import Flask, request, session
from itsdangerous import TimestampSigner
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from starlette.middleware.sessions import SessionMiddleware
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
        challenge = "Bearer" if isinstance(app, FastAPI) else "Cookie cookie-name=session"
        assert [each.header("www-authenticate") for each in wrong] == [challenge] * 2


def test_c39_each_app_challenges_with_what_it_reads(ask: Ask) -> None:
    flask, fastapi = (make() for make in makers())
    assert ask(flask, "/me").header("www-authenticate") == "Cookie cookie-name=session"
    assert ask(flask, "/me", headers={"cookie": "session=forged"}).status == HTTPStatus.UNAUTHORIZED
    assert ask(flask, "/draft").header("www-authenticate") == "Bearer"
    assert ask(fastapi, "/me").header("www-authenticate") == "Bearer"


DAY_S = 24 * 60 * 60


@pytest.fixture
def move_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock by which cookies are signed to so many days from now."""
    now = int(time.time())

    def move(days: float) -> None:
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now + int(days * DAY_S))

    move(0)
    return move


def remembering(*, permanent: bool = False, touched: bool = False) -> tuple[Flask, FastAPI]:
    """In each framework, an app that keeps a name in its session; each visit may change the session."""
    flask, fastapi = Flask(__name__), FastAPI()
    flask.secret_key = "for this test alone"  # noqa: S105 - it guards nothing
    fastapi.add_middleware(SessionMiddleware, secret_key="for this test alone")  # noqa: S106 - nor does this

    @flask.get("/in")
    def flask_log_in() -> str:
        session.permanent = permanent
        session["user"] = "ada"
        return "in"

    @flask.get("/me")
    def flask_show() -> dict[str, str | None]:
        if touched:
            session["seen"] = session.get("seen", 0) + 1
        return {"user": session.get("user")}

    @fastapi.get("/in")
    def fastapi_log_in(request: FastAPIRequest) -> str:
        request.session["user"] = "ada"
        return "in"

    @fastapi.get("/me")
    def fastapi_show(request: FastAPIRequest) -> dict[str, str | None]:
        if touched:
            request.session["seen"] = request.session.get("seen", 0) + 1
        return {"user": request.session.get("user")}

    return flask, fastapi


def cookie_of(answer: Answer) -> dict[str, str]:
    """The header that sends back the cookie that came."""
    return {"cookie": str(answer.header("set-cookie")).partition(";")[0]}


@pytest.mark.parametrize("permanent", [False, True])
@pytest.mark.parametrize(("which", "days"), [(0, 31), (1, 14)])
def test_c39_a_signed_cookie_ends_by_its_age(
    ask: Ask, move_clock: Callable[[float], None], which: int, days: int, permanent: bool
) -> None:
    app = remembering(permanent=permanent)[which]
    cookie = cookie_of(ask(app, "/in"))
    for later, user in ((0, "ada"), (days, "ada"), (days + 0.001, None), (days + 1, None)):
        move_clock(later)
        assert json.loads(ask(app, "/me", headers=cookie).body) == {"user": user}, later


@pytest.mark.parametrize("which", [0, 1])
def test_c39_the_age_counts_from_the_last_signature(
    ask: Ask, move_clock: Callable[[float], None], which: int
) -> None:
    app = remembering(touched=True)[which]
    cookie = cookie_of(ask(app, "/in"))
    for visit in range(1, 10):
        move_clock(visit * 10)
        answer = ask(app, "/me", headers=cookie)
        assert json.loads(answer.body) == {"user": "ada"}
        cookie = cookie_of(answer)


@pytest.mark.parametrize(
    ("permanent", "refresh", "signed"), [(False, True, False), (True, True, True), (True, False, False)]
)
def test_c39_flask_signs_a_permanent_session_anew_at_a_visit_that_only_reads(
    ask: Ask, move_clock: Callable[[float], None], permanent: bool, refresh: bool, signed: bool
) -> None:
    app = remembering(permanent=permanent)[0]
    app.config["SESSION_REFRESH_EACH_REQUEST"] = refresh
    cookie = cookie_of(ask(app, "/in"))
    for visit in (20, 40):
        move_clock(visit)
        answer = ask(app, "/me", headers=cookie)
        assert (answer.header("set-cookie") is not None) is signed
        cookie = cookie_of(answer) if signed else cookie
    assert json.loads(answer.body) == {"user": "ada" if signed else None}


def test_c39_clearing_the_session_does_not_end_a_copy(ask: Ask) -> None:
    app = remembering()[0]

    @app.get("/out")
    def log_out() -> str:
        session.clear()
        return "out"

    copy = cookie_of(ask(app, "/in"))
    assert cookie_of(ask(app, "/out", headers=copy)) == {"cookie": "session="}
    assert json.loads(ask(app, "/me", headers=copy).body) == {"user": "ada"}
