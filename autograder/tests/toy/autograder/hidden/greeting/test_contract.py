"""Saying hello, as the brief states it for every part."""

from __future__ import annotations

import string

from autograder.checks import Api, Draw, assesses, hint, needs, points


def word(draw: Draw) -> str:
    """Eight letters."""
    return "".join(draw.choices(string.ascii_letters, k=8))


@points(4)
@assesses("greeting-path")
@hint("name")
def test_says_hello(api: Api, draw: Draw) -> None:
    """`GET /hello/{name}` answers with the name."""
    name = word(draw)
    api.get(f"/hello/{name}").expect(200, json={"hello": name})


@points(2)
@assesses("greeting-path")
@hint("name")
@needs("test_says_hello")
def test_keeps_the_names_letters(api: Api) -> None:
    """A name outside ASCII comes back as it was sent."""
    api.get("/hello/Zoë").expect(200, json={"hello": "Zoë"})


@points(4)
@assesses("greeting-missing")
@hint("missing")
def test_an_unknown_address_is_a_json_404(api: Api, draw: Draw) -> None:
    """Any other address answers 404 with a JSON error."""
    api.get(f"/{word(draw)}").expect(404, json={"error": "not found"})
