"""What a check can ask of an app beside one request, from course.toml to the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.evaluate import Grader
from autograder.sandbox import Sandbox
from autograder.tests.sandbox.running import open_sandbox
from autograder.tests.toycourse import Toy, validated
from autograder.verdict import Verdict

PART = """environment = { APP_NAME = "course" }
left = { "audit.log" = 6 }
apps = [ {}, { GREETING = "Salut" } ]
"""

FLASK = """
import atexit
import os

from flask import Flask, make_response


def create_app(config):
    app = Flask(__name__)
    greeting = config.get("GREETING", "Hello")
    atexit.register(close, greeting)

    @app.get("/")
    def read():
        return {"greeting": greeting, "name": os.environ["APP_NAME"], "clock": os.environ.get("APP_CLOCK")}

    @app.route("/basket", methods=["PUT", "PATCH", "DELETE"])
    def change():
        response = make_response({})
        response.set_cookie("basket", "7", httponly=True, samesite="Lax")
        return response

    return app


def close(greeting):
    with open("audit.log", "a") as log:
        log.write(greeting[0])
"""

FASTAPI = """
import os
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response


def create_app(config):
    greeting = config.get("GREETING", "Hello")

    @asynccontextmanager
    async def lifespan(app):
        yield
        with open("audit.log", "a") as log:
            log.write(greeting[0])

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    def read():
        return {"greeting": greeting, "name": os.environ["APP_NAME"], "clock": os.environ.get("APP_CLOCK")}

    @app.api_route("/basket", methods=["PUT", "PATCH", "DELETE"])
    def change(response: Response):
        response.set_cookie("basket", "7", httponly=True, samesite="lax")
        return {}

    return app
"""

CHECKS = '''
from autograder.checks import Api, assesses, expect, hint, points


def told(greeting, clock=None):
    return {"greeting": greeting, "name": "course", "clock": clock}


@points(2)
@assesses("greeting-path")
@hint("name")
def test_each_app_has_its_configuration(api: Api, apps: tuple[Api, ...]) -> None:
    """Two apps in one process greet in their own words."""
    expect(apps[0] is api and len(apps) == 2, "There are not two apps.")
    apps[0].get("/").expect(200, json=told("Hello"))
    apps[1].get("/").expect(200, json=told("Salut"))


@points(2)
@assesses("greeting-path")
@hint("name")
def test_the_clock_can_be_set(api: Api, apps: tuple[Api, ...]) -> None:
    """An app that is started with a clock shows it."""
    expect(api.left("audit.log") is None, "Something was left before the first end.")
    api.restart(environment={"APP_CLOCK": "noon"})
    apps[1].get("/").expect(200, json=told("Salut", "noon"))


@points(2)
@assesses("greeting-path")
@hint("name")
def test_the_clock_is_gone_and_both_have_closed(api: Api) -> None:
    """Without a clock none is shown; each app writes one letter when it closes, the last one first."""
    api.get("/").expect(200, json=told("Hello"))
    expect(api.left("audit.log") == b"SHSH", f"Left was {api.left('audit.log')!r}.")
    api.restart()
    api.restart()
    expect(api.left("audit.log") == b"SHSHSH", f"Left was {api.left('audit.log')!r}.")


@points(4)
@assesses("greeting-missing")
@hint("missing")
def test_methods_cookies_and_requests_at_once(api: Api) -> None:
    """Every method sets the cookie, one at a time and all at once."""
    replies = [api.put("/basket"), api.patch("/basket", json={}), api.delete("/basket")]
    replies += api.at_once([(method, "/basket") for method in ("PUT", "PATCH", "DELETE") * 4])
    for reply in replies:
        [cookie] = reply.expect(200, json={}).cookies
        expect((cookie.name, cookie.value) == ("basket", "7"), "It is another cookie.", reply)
        expect(cookie.attributes["samesite"] == "lax", "It may be sent across sites.", reply)
        expect("httponly" in cookie.attributes and "secure" not in cookie.attributes, "Flags.", reply)
'''


@pytest.fixture(params=["bubblewrap", "plain"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    yield from open_sandbox(request.param)


@pytest.mark.parametrize("framework", ["flask", "fastapi"])
def test_a_part_says_how_its_app_is_started_and_checks_steer_it(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    toy = Toy(tmp_path)
    toy.contract.write_text(CHECKS, "utf-8")
    course = toy.path / "course.toml"
    text = course.read_text("utf-8")
    old = f'framework = "{framework}"\n'
    assert old in text
    course.write_text(text.replace(old, old + PART), "utf-8")
    with Grader(toy.catalog, sandbox=sandbox, seed=lambda _: "5eed") as grader:
        hand_in = toy.collected(flask=FLASK, fastapi=FASTAPI)
        part = validated(grader.grade(hand_in, [framework])).parts[0]
    assert {check.name: (check.verdict, check.message) for check in part.checks} == {
        check.name: (Verdict.PASSED, "") for check in part.checks
    }
    assert part.points == 10
