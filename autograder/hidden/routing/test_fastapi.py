"""What README.md states for the FastAPI part alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.checks import Api, Document, assesses, at, expect, hint, points

# The document comes from the submission: nothing in it has to be what it should be, or of a sane size.
MOST = 30


def objects(value: object) -> Iterator[dict[str, object]]:
    """The first few objects of a list; none when it is no list."""
    for each in value[:MOST] if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield each


def schemas(document: Document, path: str, parameter: str) -> Iterator[dict[str, object]]:
    """Every schema of a parameter of GET, alternatives one by one; `path` and `parameter` are patterns."""
    paths = document.at("paths")
    for template in paths if isinstance(paths, dict) else ():
        if not re.fullmatch(path, template):
            continue
        shared, own = at(paths, template, "parameters"), at(paths, template, "get", "parameters")
        for declared in (*objects(shared), *objects(own)):
            found = document.resolved(declared)
            schema = found.get("schema")
            if re.fullmatch(parameter, f"{found.get('in')} {found.get('name')}") and isinstance(schema, dict):
                whole = document.resolved(schema)
                yield whole
                for key in ("anyOf", "oneOf", "allOf"):
                    yield from (
                        document.resolved(document.merged(whole, each)) for each in objects(whole.get(key))
                    )


def is_range(schema: dict[str, object], low: int, high: int) -> bool:
    """Whether the schema is for the integers from low to high, both included."""
    lowest = schema.get("minimum") == low or schema.get("exclusiveMinimum") == low - 1
    highest = schema.get("maximum") == high or schema.get("exclusiveMaximum") == high + 1
    return schema.get("type") == "integer" and lowest and highest


@points(1)
@assesses("routing-path-values")
@hint("document")
def test_the_document_tells_which_numbers_are_taken(api: Api) -> None:
    """The OpenAPI document describes the id and `page` as integers with their lowest and highest value."""
    reply = api.get("/openapi.json").expect(200)
    for what, path, parameter, low, high in (
        ("the id", r"/items/\{[^/]+\}", "path .*", -1_000_000, 1_000_000),
        ("page", "/search", "query page", 1, 1_000),
    ):
        found = any(is_range(each, low, high) for each in schemas(Document(reply.json()), path, parameter))
        told = f"The document does not describe {what} as an integer from {low} to {high}."
        expect(found, told, reply, expected=f"type integer, minimum {low}, maximum {high}")
