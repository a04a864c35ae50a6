"""The examples of README.md as checks; read them, and add your own below."""

from __future__ import annotations

import re

from autograder.checks import Api, hint


@hint("echo")
def test_example_item(api: Api) -> None:
    """`/items/42` answers with the id as a number and the item's address."""
    api.get("/items/42").expect(200, json={"id": 42, "url": "/items/42"})


@hint("sign")
def test_example_negative_id(api: Api) -> None:
    """`/items/-7` is an item, too."""
    api.get("/items/-7").expect(200, json={"id": -7, "url": "/items/-7"})


@hint("order")
def test_example_latest(api: Api) -> None:
    """`/items/latest` answers with the item of the highest id."""
    api.get("/items/latest").expect(200, json={"id": 1_000_000, "url": "/items/1000000"})


@hint("not-found", "envelope")
def test_example_word(api: Api) -> None:
    """`/items/hammer` is not found."""
    api.get("/items/hammer").expect(404, json={"error": "not found"})


@hint("spelling")
def test_example_spelling(api: Api) -> None:
    """`/items/7.0` is not found: the id is spelled `7`."""
    api.get("/items/7.0").expect(404, json={"error": "not found"})


@hint("file-path")
def test_example_file(api: Api) -> None:
    """`/files/manuals/drill.pdf` answers with the whole path."""
    api.get("/files/manuals/drill.pdf").expect(200, json={"path": "manuals/drill.pdf"})


@hint("escapes")
def test_example_escaped_slash(api: Api) -> None:
    """In `/files/manuals%2Fdrill.pdf` the escape is a slash like any other."""
    api.get("/files/manuals%2Fdrill.pdf").expect(200, json={"path": "manuals/drill.pdf"})


@hint("defaults")
def test_example_defaults(api: Api) -> None:
    """`/search` alone answers with the defaults."""
    api.get("/search").expect(200, json={"page": 1, "active": None, "tags": []})


@hint("boolean", "repeated")
def test_example_search(api: Api) -> None:
    """A search answers with what it understood of every parameter."""
    reply = api.get("/search?tag=garden&active=false&page=3&tag=electric")
    reply.expect(200, json={"page": 3, "active": False, "tags": ["garden", "electric"]})


@hint("boolean", "invalid-parameter")
def test_example_invalid_parameter(api: Api) -> None:
    """`active=banana` is refused, and the error names the parameter."""
    reply = api.get("/search?active=banana").expect(422)
    reply.expect(json={"error": "invalid parameter", "parameter": "active"})


@hint("slash")
def test_example_slash(api: Api) -> None:
    """`/search/` is another address than `/search`, and is not found."""
    api.get("/search/").expect(404, json={"error": "not found"})


@hint("method")
def test_example_method(api: Api) -> None:
    """`POST /items/42` is refused, and `Allow` says what is not."""
    refused = {"error": "method not allowed"}
    api.post("/items/42").expect(405, json=refused, headers={"allow": re.compile("GET")})
