"""What README.md states for the FastAPI part alone."""

from __future__ import annotations

import re

from autograder.checks import Api, assesses, expect, hint, points

KEYS = {"id", "email", "name", "joined", "balance", "last_visit"}


def at(value: object, *keys: str) -> object:
    """What stands there in the nested objects, or None; the document need not be what it should be."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def resolved(document: object, value: object) -> object:
    """The schema, or the one that its `$ref` names; a few steps far."""
    for _ in range(5):
        reference = at(value, "$ref")
        if not isinstance(reference, str):
            break
        value = at(document, *reference.removeprefix("#/").split("/"))
    return value


@points(1)
@assesses("responses-shape")
@hint("document")
def test_the_document_tells_the_six_keys(api: Api) -> None:
    """The OpenAPI document describes a member's answer by its six keys, with `balance` as a string."""
    reply = api.get("/openapi.json").expect(200)
    document = reply.json()
    paths = at(document, "paths")
    templates = [
        each
        for each in (paths if isinstance(paths, dict) else ())
        if re.fullmatch(r"/members/\{[^/]+\}", each)
    ]
    expect(templates, "The document has no path /members/{…}.", expected="a path /members/{…}")
    answer = at(paths, templates[0], "get", "responses", "200", "content", "application/json", "schema")
    schema = resolved(document, answer)
    told = at(schema, "properties")
    keys = set(told) if isinstance(told, dict) else set()
    message = f"The document's keys of a member are {sorted(keys)}."
    expect(keys == KEYS, message, expected=", ".join(sorted(KEYS)))
    kind = at(resolved(document, at(told, "balance")), "type")
    expect(kind == "string", f"The document's type of balance is {kind!r}.", expected="string")
