"""The experiments behind claims on generated documents: C45, C74."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http import HTTPStatus

import pytest
from fastapi import FastAPI, HTTPException

from sidebyside.hosts import Answer

Ask = Callable[..., Answer]


@pytest.mark.parametrize(("path", "tool"), [("/docs", "swagger-ui"), ("/redoc", "redoc")])
def test_c45_the_pages_are_there_and_load_their_scripts_from_elsewhere(
    ask: Ask, path: str, tool: str
) -> None:
    answer = ask(FastAPI(), path)
    page = answer.body.decode()
    assert answer.status == HTTPStatus.OK
    assert tool in page
    scripts = re.findall(r'<script[^>]*src="([^"]+)"', page)
    assert scripts
    assert all(each.startswith("https://cdn.jsdelivr.net/") for each in scripts)


def test_c74_the_document_comes_by_itself_and_says_what_hints_say(ask: Ask) -> None:
    app = FastAPI()

    @app.get("/tours/{number}")
    async def show(number: int) -> dict[str, int]:
        return {"number": number}

    document = json.loads(ask(app, "/openapi.json").body)
    assert document["openapi"].startswith("3.1.")
    assert list(document["paths"]["/tours/{number}"]["get"]["responses"]) == ["200", "422"]


@pytest.mark.parametrize("declared", [False, True])
def test_c74_a_status_that_is_raised_is_in_it_only_when_declared(ask: Ask, *, declared: bool) -> None:
    app = FastAPI()

    @app.get("/", responses={404: {"description": "There is no such tour."}} if declared else None)
    async def show() -> None:
        raise HTTPException(404)

    assert ask(app, "/").status == HTTPStatus.NOT_FOUND
    assert ("404" in app.openapi()["paths"]["/"]["get"]["responses"]) is declared
