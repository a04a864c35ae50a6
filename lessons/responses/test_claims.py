"""The experiments behind the claim on strong typing, C72: what hints check, filter and write, and where."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import pytest
from fastapi import FastAPI
from flask import Flask
from pydantic import BaseModel

from sidebyside.hosts import Answer, Host, Request, open_host

Ask = Callable[..., Answer]

ROW = {"id": 1, "name": "ada", "password_hash": "secret"}


class User(BaseModel):
    id: int
    name: str


class Order(BaseModel):
    id: int
    paid: bool


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Sends one request to an app of either framework."""
    hosts: dict[int, Host] = {}

    def send(app: Any, url: str, body: Any = None) -> Answer:
        if id(app) not in hosts:
            hosts[id(app)] = open_host(app, "asgi" if isinstance(app, FastAPI) else "wsgi")
        host = hosts[id(app)]
        if body is None:
            return host.send(Request("GET", url))
        return host.send(
            Request("POST", url, {"content-type": "application/json"}, json.dumps(body).encode())
        )

    yield send
    for host in hosts.values():
        host.close()


def test_c72_a_return_hint_filters_and_refuses(ask: Ask) -> None:
    app = FastAPI()

    @app.get("/kept")
    async def kept() -> User:
        return ROW  # type: ignore[return-value]  # the framework makes a User of it

    @app.get("/wrong")
    async def wrong() -> User:
        return {"id": "first"}  # type: ignore[return-value]  # that nothing notices before the end is the point

    assert json.loads(ask(app, "/kept").body) == {"id": 1, "name": "ada"}
    assert ask(app, "/wrong").status == HTTPStatus.INTERNAL_SERVER_ERROR


def test_c72_without_one_everything_leaves(ask: Ask) -> None:
    app = FastAPI()

    def leak():  # type: ignore[no-untyped-def]  # noqa: ANN202 - that there is no hint is the point
        return ROW

    app.get("/")(leak)
    assert json.loads(ask(app, "/").body) == ROW


def test_c72_a_hint_that_names_no_field_filters_nothing_and_writes_otherwise(ask: Ask) -> None:
    app = FastAPI()
    told = {
        "price": Decimal("12.50"),
        "at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        "password_hash": "secret",
    }

    def plain():  # type: ignore[no-untyped-def]  # noqa: ANN202 - that there is no hint is the point
        return told

    def hinted() -> dict[str, object]:
        return told

    app.get("/plain")(plain)
    app.get("/hinted")(hinted)
    left = {"price": 12.5, "at": "2026-03-01T09:30:00+00:00", "password_hash": "secret"}
    assert json.loads(ask(app, "/plain").body) == left
    assert json.loads(ask(app, "/hinted").body) == {**left, "price": "12.50", "at": "2026-03-01T09:30:00Z"}


def test_c72_the_type_decides_how_a_decimal_is_written(ask: Ask) -> None:
    app = FastAPI()

    def plain():  # type: ignore[no-untyped-def]  # noqa: ANN202 - that there is no hint is the point
        return [Decimal("12.50"), Decimal(12)]

    def floats() -> list[float]:
        return plain()  # type: ignore[no-any-return]

    def decimals() -> list[Decimal]:
        return plain()  # type: ignore[no-any-return]

    for view in (plain, floats, decimals):
        app.get(f"/{view.__name__}")(view)
    assert ask(app, "/plain").body == b"[12.5,12]"
    assert ask(app, "/floats").body == b"[12.5,12.0]"
    assert ask(app, "/decimals").body == b'["12.50","12"]'


def test_c72_in_flask_a_return_hint_does_nothing(ask: Ask) -> None:
    app = Flask(__name__)

    @app.get("/")
    def show() -> User:
        return ROW  # type: ignore[return-value]  # that nothing notices is the point

    assert json.loads(ask(app, "/").body) == ROW


def test_c72_inside_a_function_hints_are_not_checked(ask: Ask) -> None:
    app = FastAPI()

    def double(number: int) -> int:
        return number * 2

    @app.get("/")
    async def show(text: str) -> dict[str, str]:
        return {"doubled": str(double(text))}  # type: ignore[arg-type]  # so says mypy; nobody says it at run time

    assert json.loads(ask(app, "/?text=ab").body) == {"doubled": "abab"}


@pytest.mark.parametrize(
    ("sent", "made"), [({"id": "5", "paid": "yes"}, (5, True)), ({"id": 5.0, "paid": 1}, (5, True))]
)
def test_c72_what_comes_in_is_converted(ask: Ask, sent: dict[str, Any], made: tuple[int, bool]) -> None:
    app = FastAPI()

    @app.post("/")
    async def take(order: Order) -> list[int | bool]:
        return [order.id, order.paid]

    assert tuple(json.loads(ask(app, "/", sent).body)) == made
