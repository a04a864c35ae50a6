"""What the lessons show as fixed withstands what the hidden checks of its topic send."""

from __future__ import annotations

import json
import random
import runpy
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from autograder.checks import CheckFailed
from autograder.frameworks import FRAMEWORKS
from autograder.tests.lessons.conftest import COURSE
from sidebyside.hosts import Answer, Host, Request, open_host
from sidebyside.places import app_file, load_app

ADA, BOB = {"cookie": "key=key-of-ada"}, {"cookie": "key=key-of-bob"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
Contract = dict[str, Any]
"""The names of a contract's module."""
SECRET = "a key of this test, which is long enough to sign with"
FAR = 4_000_000_000


@dataclass
class Sent:
    """One request of a check, and the answer that the check expects of a right app."""

    method: str
    target: str
    what: dict[str, Any]
    status: object = None
    headers: dict[str, str] = field(default_factory=dict)
    text = sent = shown = ""

    def expect(self, status: object = None, *, headers: dict[str, str] | None = None, **_: object) -> Sent:
        self.status, self.headers = status, headers or {}
        return self

    def json(self) -> dict[str, object]:
        told = self.what.get("json") or {}
        return {"id": 1, "text": told.get("text"), "tools": [], "about": ""}

    @property
    def cookies(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(name="language", value=self.what["query"]["to"])]


@dataclass
class Recorder:
    """Stands in for the app under test: keeps every request of a check and answers as if all were well."""

    sent: list[Sent] = field(default_factory=list)

    def __getattr__(self, method: str) -> Callable[..., Sent]:
        def request(target: str, **what: Any) -> Sent:
            self.sent.append(Sent(method.upper(), target, what))
            return self.sent[-1]

        return request


def contract(topic: str, config: pytest.Config) -> Contract:
    """The hidden checks of a topic; their marks are registered by the plugin that runs them."""
    for mark in ("points", "assesses", "hint", "needs"):
        config.addinivalue_line("markers", f"course_{mark}: said by a check's author")
    return runpy.run_path(str(COURSE / "autograder" / "hidden" / topic / "test_contract.py"))


@pytest.fixture(scope="module")
def allotments(pytestconfig: pytest.Config) -> Contract:
    return contract("authorization", pytestconfig)


@pytest.fixture(scope="module")
def club(pytestconfig: pytest.Config) -> Contract:
    return contract("authentication", pytestconfig)


def sent_by(check: Callable[[Any, random.Random], None], target: str) -> list[Sent]:
    """What a check sends there; it may end before it has looked at the answers."""
    recorder = Recorder()
    with suppress(CheckFailed):
        check(recorder, random.Random(7))
    found = [each for each in recorder.sent if each.target == target]
    assert len(found) > 3, check.__name__
    return found


@pytest.fixture(params=["flask", "fastapi"])
def films(request: pytest.FixtureRequest) -> Iterator[Host]:
    yield from opened("authorization", request.param)


def opened(topic: str, framework: str) -> Iterator[Host]:
    app = load_app(app_file(topic, FRAMEWORKS[framework]))
    host = open_host(app, FRAMEWORKS[framework].protocol)
    yield host
    host.close()


def post(host: Host, path: str, body: dict[str, str], headers: dict[str, str]) -> Answer:
    encoded = json.dumps(body) if headers["content-type"] == JSON["content-type"] else urlencode(body)
    return host.send(Request("POST", path, headers, encoded.encode()))


def test_the_mended_redirect_stays_on_the_site(films: Host, allotments: Contract) -> None:
    for sent in sent_by(allotments["test_the_way_on_stays_on_the_site"], "/language"):
        to, wanted = sent.what["query"].get("next"), sent.headers["location"]
        if to is not None:
            answer = films.send(Request("GET", f"/mended/onward?to={quote(to, safe='')}", ADA))
            assert answer.header("location") == ("/" if wanted == "/board" else wanted), to


def test_the_mended_films_are_sorted_by_names_alone(films: Host, allotments: Contract) -> None:
    refused = [
        sent for sent in sent_by(allotments["test_sorting_tells_no_secret"], "/plots") if sent.status == 422
    ]
    assert len(refused) > 10
    for sort in (sent.what["query"]["sort"] for sent in refused):
        answer = films.send(Request("GET", f"/mended/films?by={quote(sort, safe='')}", BOB))
        assert answer.status == 422, sort


def test_the_mended_votes_count_the_sites_own_forms_alone(films: Host, allotments: Contract) -> None:
    for sent in sent_by(allotments["test_a_form_of_another_site_borrows_nothing"], "/loans"):
        if sent.method == "POST":
            origin = sent.what["headers"]["origin"].replace("rookery", "films")
            answer = post(films, "/mended/votes", {"film": "Alps"}, {**ADA, **FORM, "origin": origin})
            assert answer.status == (200 if sent.status == 303 else 403), origin


def test_the_mended_profile_keeps_its_role_and_name(films: Host, allotments: Contract) -> None:
    for sent in sent_by(allotments["test_a_role_is_not_taken"], "/me"):
        if sent.method == "PATCH":
            body = json.dumps(sent.what["json"]).replace("about", "motto").replace("chair", "manager")
            films.send(Request("PATCH", "/mended/profile", {**BOB, **JSON}, body.encode()))
            answer = films.send(Request("PATCH", "/mended/profile", {**BOB, **JSON}, b'{"motto": "dark"}'))
            assert json.loads(answer.body) == {"name": "bob", "role": "guest", "motto": "dark"}, body


def test_the_mended_page_shows_reviews_as_they_were_written(films: Host, allotments: Contract) -> None:
    texts = [sent.what["json"]["text"] for sent in sent_by(allotments["test_a_notice_is_text"], "/notices")]
    for text in texts:
        assert post(films, "/mended/reviews", {"text": text}, {**ADA, **JSON}).status == 200
    page = allotments["Board"]()
    page.feed(films.send(Request("GET", "/mended/page", ADA)).body.decode())
    assert page.items == texts
    assert set(page.elements) == {"ul", "li"}


def tokens(club: Contract) -> Iterator[tuple[dict[str, object], dict[str, object], str]]:
    """Header, claims and secret of tokens that the checks of `authentication` want refused."""
    header: dict[str, object] = {"alg": "HS256", "typ": "JWT", "kid": "spring"}
    claims: dict[str, object] = {"sub": "ada", "exp": FAR}
    yield header, claims, "another key, which is just as long as the first"
    yield header, claims, ""
    for algorithm in ("none", "None", "HS384", "HS512"):
        yield {**header, "alg": algorithm}, claims, SECRET
    for kid in ("winter", 2, None, ["spring"]):
        yield {**header, "kid": kid}, claims, SECRET
    yield club["without"](header, "kid"), claims, SECRET
    for name in claims:
        yield header, club["without"](claims, name), SECRET
    yield header, {**claims, "exp": 1_000_000_000}, SECRET


def test_the_lessons_bearer_refuses_what_the_checks_want_refused(club: Contract) -> None:
    file = app_file("authentication", FRAMEWORKS["fastapi"])
    host = open_host(runpy.run_path(str(file.path))["create_app"]({"spring": SECRET}), "asgi")
    made = [club["made"](*each) for each in tokens(club)]
    good = club["made"]({"alg": "HS256", "kid": "spring"}, {"sub": "ada", "exp": FAR}, SECRET)
    head, _, signature = good.split(".")
    changed = club["encoded"](json.dumps({"sub": "eve", "exp": FAR}).encode())
    asked = {
        token: host.send(Request("GET", "/me", {"authorization": f"Bearer {token}"}))
        for token in (*made, "garbage", "a.b.c", f"{head}.{changed}.{signature}", good)
    }
    host.close()
    assert (asked.pop(good).status, len(asked)) == (200, 17)
    for token, answer in asked.items():
        told = answer.status, answer.header("www-authenticate")
        assert told == (401, 'Bearer error="invalid_token"'), token


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_lessons_sign_in_wants_the_whole_password(framework: str) -> None:
    for host in opened("authentication", framework):
        for name, password, status in (
            ("ada", "stars over harwell", 200),
            ("ada", "Stars over harwell", 401),
            ("ada", "stars over harwell ", 401),
            ("ada", "stars over harwel", 401),
            ("eve", "stars over harwell", 401),
        ):
            answer = post(host, "/sign-in", {"username": name, "password": password}, FORM)
            assert answer.status == status, (name, password)
