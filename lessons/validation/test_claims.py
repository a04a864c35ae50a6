"""The experiments behind the lesson's claims C02, C13 and C27: hints, models, what a request holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi import Request as FastAPIRequest
from flask import Flask, request
from pydantic import BaseModel, field_validator

from sidebyside.hosts import Answer, Host, Request, open_host

Ask = Callable[..., Answer]

JSON = {"content-type": "application/json"}
VALIDATED: list[int] = []
SEATS = 100
TIMES = 3


class Order(BaseModel):
    seats: list[int]

    @field_validator("seats")
    @classmethod
    def count(cls, seats: list[int]) -> list[int]:
        VALIDATED.extend(seats)
        return seats


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Sends one request to an app of either framework."""
    hosts: dict[int, Host] = {}

    def send(
        app: Any, url: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        protocol = "asgi" if isinstance(app, FastAPI) else "wsgi"
        if id(app) not in hosts:
            hosts[id(app)] = open_host(app, protocol)
        return hosts[id(app)].send(Request(method, url, headers or {}, body))

    yield send
    for host in hosts.values():
        host.close()


def body(answer: Answer) -> Any:
    return json.loads(answer.body)


def test_c02_the_hint_is_in_the_document_and_refuses(ask: Ask) -> None:
    app = FastAPI()

    @app.get("/hinted")
    async def hinted(seats: int) -> dict[str, str]:
        return {"type": type(seats).__name__}

    paths = body(ask(app, "/openapi.json"))["paths"]
    assert paths["/hinted"]["get"]["parameters"][0]["schema"]["type"] == "integer"
    assert body(ask(app, "/hinted?seats=4")) == {"type": "int"}
    assert ask(app, "/hinted?seats=many").status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_c02_without_the_hint_neither_happens(ask: Ask) -> None:
    app = FastAPI()

    def bare(seats):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - that there is no hint is the point
        return {"type": type(seats).__name__}

    app.get("/bare")(bare)
    paths = body(ask(app, "/openapi.json"))["paths"]
    assert "type" not in paths["/bare"]["get"]["parameters"][0]["schema"]
    assert body(ask(app, "/bare?seats=many")) == {"type": "str"}


def test_c13_every_request_is_validated_anew_in_both(ask: Ask) -> None:
    flask, fastapi = Flask(__name__), FastAPI()

    @flask.post("/orders")
    def flask_order() -> dict[str, int]:
        return {"seats": len(Order.model_validate(request.get_json()).seats)}

    @fastapi.post("/orders")
    async def fastapi_order(order: Order) -> dict[str, int]:
        return {"seats": len(order.seats)}

    sent = json.dumps({"seats": list(range(SEATS))}).encode()
    for app in (flask, fastapi):
        VALIDATED.clear()
        for _ in range(TIMES):
            assert body(ask(app, "/orders", "POST", JSON, sent)) == {"seats": SEATS}
        assert len(VALIDATED) == TIMES * SEATS


def test_c27_flask_gives_headers_cookies_and_form(ask: Ask) -> None:
    app = Flask(__name__)

    @app.post("/")
    def show() -> list[str]:
        return [request.headers["x-tour"], request.cookies["seat"], request.form["name"]]

    headers = {"x-tour": "harbour", "cookie": "seat=7", "content-type": "application/x-www-form-urlencoded"}
    assert body(ask(app, "/", "POST", headers, b"name=ada")) == ["harbour", "7", "ada"]


def test_c27_fastapi_has_a_request_object_too(ask: Ask) -> None:
    app = FastAPI()

    @app.get("/")
    async def show(request: FastAPIRequest) -> list[str]:
        return [request.headers["x-tour"], request.cookies["seat"], request.query_params["name"]]

    answer = ask(app, "/?name=ada", headers={"x-tour": "harbour", "cookie": "seat=7"})
    assert body(answer) == ["harbour", "7", "ada"]
