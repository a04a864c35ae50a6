"""The experiments behind the claim on strong typing, C72: what is checked, and where."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from sidebyside.hosts import Answer

Ask = Callable[..., Answer]

ROW = {"id": 1, "name": "ada", "password_hash": "secret"}


class User(BaseModel):
    id: int
    name: str


class Order(BaseModel):
    id: int
    paid: bool


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

    answer = ask(app, "/", "POST", {"content-type": "application/json"}, json.dumps(sent).encode())
    assert tuple(json.loads(answer.body)) == made
