"""What README.md states for the FastAPI part alone."""

from __future__ import annotations

import re

from autograder.checks import Api, Document, assesses, at, expect, hint, points

KEYS = {"id", "email", "name", "joined", "balance", "last_visit"}


@points(1)
@assesses("responses-shape")
@hint("document")
def test_the_document_tells_the_six_keys(api: Api) -> None:
    """The OpenAPI document describes a member's answer by its six keys, with `balance` as a string."""
    reply = api.get("/openapi.json").expect(200)
    document = Document(reply.json())
    paths = document.at("paths")
    templates = [
        each
        for each in (paths if isinstance(paths, dict) else ())
        if re.fullmatch(r"/members/\{[^/]+\}", each)
    ]
    expect(templates, "The document has no path /members/{…}.", expected="a path /members/{…}")
    answer = at(paths, templates[0], "get", "responses", "200", "content", "application/json", "schema")
    schema = document.resolved(answer)
    told = at(schema, "properties")
    keys = set(told) if isinstance(told, dict) else set()
    message = f"The document's keys of a member are {sorted(keys)}."
    expect(keys == KEYS, message, expected=", ".join(sorted(KEYS)))
    kind = at(document.resolved(at(told, "balance")), "type")
    expect(kind == "string", f"The document's type of balance is {kind!r}.", expected="string")
