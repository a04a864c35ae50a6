"""What README.md states for the FastAPI part alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from autograder.checks import Api, assesses, expect, hint, points


def schemas(document: Any, path: str, name: str) -> Iterator[dict[str, Any]]:
    """Every schema that GET on a matching path gives a parameter of a matching name."""
    for template, operations in document["paths"].items():
        operation = operations.get("get", {}) if re.fullmatch(path, template) else {}
        for declared in (*operations.get("parameters", ()), *operation.get("parameters", ())):
            parameter = resolved(document, declared)
            if re.fullmatch(name, f"{parameter['in']} {parameter['name']}"):
                yield from branches(document, parameter.get("schema", {}))


def branches(document: Any, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema, references followed, and the alternatives inside it."""
    schema = resolved(document, schema)
    yield schema
    for key in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(key, ()):
            yield from branches(document, {**schema, key: (), **resolved(document, branch)})


def resolved(document: Any, value: dict[str, Any]) -> dict[str, Any]:
    """The object itself, or what its `$ref` into the document names, its own keys kept."""
    if "$ref" not in value:
        return value
    target = document
    for step in value["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return {**resolved(document, target), **{key: each for key, each in value.items() if key != "$ref"}}


def is_range(schema: dict[str, Any], low: int, high: int) -> bool:
    """Whether the schema is for the integers from low to high, both included."""
    lowest = schema.get("minimum", schema.get("exclusiveMinimum", low - 2) + 1)
    highest = schema.get("maximum", schema.get("exclusiveMaximum", high + 2) - 1)
    return schema.get("type") == "integer" and (lowest, highest) == (low, high)


@points(1)
@assesses("routing-path-values")
@hint("document")
def test_the_document_tells_which_numbers_are_taken(api: Api) -> None:
    """The OpenAPI document describes the id and `page` as integers with their lowest and highest value."""
    reply = api.get("/openapi.json").expect(200)
    document = reply.json()
    for path, name, low, high in (
        (r"/items/\{[^/]+\}", "path .*", -1_000_000, 1_000_000),
        ("/search", "query page", 1, 1_000),
    ):
        found = any(is_range(schema, low, high) for schema in schemas(document, path, name))
        expect(found, f"{path} has no integer from {low} to {high}.", reply, expected="minimum and maximum")
