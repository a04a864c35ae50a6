"""The experiments behind the lesson's claims C38 and C43: what somebody may do, and safe defaults."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from http import HTTPStatus
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import pytest
from fastapi import Depends, FastAPI, HTTPException, Security
from fastapi import Request as FastAPIRequest
from fastapi.security import APIKeyCookie, OAuth2PasswordBearer, SecurityScopes
from flask import Flask, abort, request
from pydantic import AnyUrl

from sidebyside.hosts import Answer, Host, Request, open_host

Ask = Callable[..., Answer]

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
SCHEME = OAuth2PasswordBearer(tokenUrl="token", scopes={"admin": "everything"})
GRANTED = {"a-token-of-ada": {"admin"}, "a-token-of-bob": set[str]()}
LARGE = 20_000_000
SITE = "films.example"
"""The host of the lesson's site."""


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

    @flask.post("/form")
    def flask_read_form() -> dict[str, int]:
        for file in request.files.values():
            file.close()
        return {"fields": len(request.form)}

    @fastapi.post("/form")
    async def fastapi_read_form(request: FastAPIRequest) -> dict[str, int]:
        async with request.form() as form:
            return {"fields": len(form)}

    return flask, fastapi


@pytest.mark.parametrize("which", [0, 1])
def test_c43_neither_limits_a_body_unless_told(ask: Ask, which: int) -> None:
    free = receivers({}, {})[which]
    limited = receivers({"MAX_CONTENT_LENGTH": 1000}, {"max_body_size": 1000})[which]
    assert ask(free, "/", "POST", {"content-length": str(LARGE)}, b"x" * LARGE).status == HTTPStatus.OK
    too_much = ask(limited, "/", "POST", {"content-length": "2000"}, b"x" * 2000)
    assert too_much.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def parts(*contents: bytes, file: bool = False) -> bytes:
    """The body of a multipart form: a field, or a file, for each content."""
    head = b'--b\r\nContent-Disposition: form-data; name="f"' + (b'; filename="a.txt"' if file else b"")
    return b"".join(head + b"\r\n\r\n" + content + b"\r\n" for content in contents) + b"--b--\r\n"


MULTIPART = {"content-type": "multipart/form-data; boundary=b"}
FORMS: dict[str, tuple[dict[str, str], bytes, tuple[int, int]]] = {
    "a file of 20 MB": (MULTIPART, parts(b"x" * LARGE, file=True), (200, 200)),
    "a field of 0.6 MB": (MULTIPART, parts(b"x" * 600_000), (413, 200)),
    "a field of 1.2 MB": (MULTIPART, parts(b"x" * 1_200_000), (413, 400)),
    "1,001 fields": (MULTIPART, parts(*[b"x"] * 1001), (413, 400)),
    "a URL-encoded field of 1.2 MB": (FORM, b"f=" + b"x" * 1_200_000, (200, 400)),
    "1,001 URL-encoded fields": (FORM, b"&".join(b"f%d=x" % each for each in range(1001)), (200, 400)),
}


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("name", FORMS)
def test_c43_both_limit_the_fields_of_a_multipart_form_and_fastapi_others_too(
    ask: Ask, which: int, name: str
) -> None:
    headers, body, statuses = FORMS[name]
    sent = {**headers, "content-length": str(len(body))}
    assert ask(receivers({}, {})[which], "/form", "POST", sent, body).status == statuses[which]


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
def test_c38_a_401_names_the_cookie_that_is_needed(ask: Ask, which: int) -> None:
    app = drafts_and_mended()[which]
    for headers in ({}, {"cookie": "key=stolen-and-void"}):
        answer = ask(app, "/mended/takings", "GET", headers)
        assert (answer.status, answer.header("www-authenticate")) == (401, "Cookie cookie-name=key")


def test_c38_the_cookie_scheme_of_fastapi_challenges_with_a_name_of_its_own(ask: Ask) -> None:
    app = FastAPI()

    @app.get("/")
    def show(key: Annotated[str, Depends(APIKeyCookie(name="key"))]) -> str:
        return key

    answer = ask(app, "/")
    assert (answer.status, answer.header("www-authenticate")) == (401, "APIKey")


def test_c38_a_401_of_flask_has_no_challenge_until_told(ask: Ask) -> None:
    app = Flask(__name__)

    @app.get("/")
    def show() -> None:
        abort(401)

    answer = ask(app, "/")
    assert (answer.status, answer.header("www-authenticate")) == (401, None)


OWNERS = {1: "ada", 2: "bob"}


def own_ticket(view: Callable[[int], dict[str, int]]) -> Callable[[int], dict[str, int]]:
    """A decorator that loads the ticket, asks whose it is, and lets its owner through."""

    @wraps(view)
    def guarded(number: int) -> dict[str, int]:
        return view(number) if OWNERS.get(number) == request.cookies.get("name") else abort(404)

    return guarded


def test_c38_a_decorator_that_loads_the_ticket_closes_the_hole(ask: Ask) -> None:
    app = Flask(__name__)

    @app.get("/tickets/<int:number>")
    @own_ticket
    def show(number: int) -> dict[str, int]:
        return {"ticket": number}

    bob = {"cookie": "name=bob"}
    assert [ask(app, f"/tickets/{number}", headers=bob).status for number in (1, 2)] == [404, 200]


@pytest.mark.parametrize("which", [0, 1])
def test_c43_both_escape_by_the_name_of_the_template(ask: Ask, which: int) -> None:
    app = drafts_and_mended()[which]
    ada = {"cookie": "key=key-of-ada"}
    assert ask(app, "/mended/reviews", "POST", {**ada, **JSON}, b'{"text": "<b>"}').status == HTTPStatus.OK
    pages = [ask(app, f"/{stage}/page", "GET", ada).body for stage in ("draft", "mended")]
    assert [b"<b>" in page for page in pages] == [True, False]


def host_asked(location: str) -> str | None:
    """The host that a browser on the lesson's site asks for this `Location`.

    Browsers follow the URL Standard: they drop tabs, line breaks and surrounding white space, read a
    backslash as a slash, and take what follows two or more slashes for a host. `AnyUrl` parses as they do.
    """
    seen = re.sub(r"[\t\r\n]", "", location).strip("".join(map(chr, range(33)))).replace("\\", "/")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", seen):
        return AnyUrl(seen).host
    return AnyUrl(f"https:{seen}").host if seen.startswith("//") else SITE


def led_to(ask: Ask, app: Any, stage: str, to: str) -> str:
    """The `Location` that a stage of the redirect answers with."""
    answer = ask(app, f"/{stage}/onward?to={quote(to, safe='')}", "GET", {"cookie": "key=key-of-ada"})
    assert answer.status == HTTPStatus.SEE_OTHER
    return answer.header("location") or ""


AWAY = (
    "//evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "////evil.example",
)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("to", AWAY)
def test_c43_both_lead_away_until_told(ask: Ask, which: int, to: str) -> None:
    app = drafts_and_mended()[which]
    away, own = (led_to(ask, app, stage, to) for stage in ("draft", "mended"))
    assert host_asked(away) == "evil.example"
    assert own == "/"


@pytest.mark.parametrize("which", [0, 1])
def test_c43_no_backslash_leaves_either_framework(ask: Ask, which: int) -> None:
    app = drafts_and_mended()[which]
    assert host_asked("/\\evil.example") == "evil.example"
    assert led_to(ask, app, "draft", "/\\evil.example") == "/%5Cevil.example"


@pytest.mark.parametrize("which", [0, 1])
def test_c43_a_url_without_a_host_is_no_proof(ask: Ask, which: int) -> None:
    app = drafts_and_mended()[which]
    assert urlsplit("////evil.example").netloc == ""
    assert host_asked(led_to(ask, app, "draft", "////evil.example")) == "evil.example"


PIECES = ("/", "//", "\\", "\t", "\n", ".", "https:", "evil.example")


@pytest.mark.parametrize("which", [0, 1])
def test_c43_the_mended_redirect_stays_on_the_site(ask: Ask, which: int) -> None:
    app = drafts_and_mended()[which]
    tried = ["".join(each) for count in range(1, 4) for each in itertools.product(PIECES, repeat=count)]
    assert {host_asked(led_to(ask, app, "mended", to)) for to in tried} == {SITE}
    for to in ("/", "/films?by=year", "/films/1#votes", "/kind/ünder 18"):
        assert led_to(ask, app, "mended", to) == quote(to, safe="/?=#")
