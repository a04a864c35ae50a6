"""What README.md states for the FastAPI part alone."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.checks import Api, assesses, expect, hint, points

# The document comes from the submission: nothing in it has to be what it should be, or of a sane size.
MOST = 30
BODY = ("paths", "/orders", "post", "requestBody", "content", "application/json", "schema")


def at(value: object, *keys: str) -> object:
    """What stands there in the nested objects, or None."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def schemas(document: object, value: object, depth: int = 4) -> Iterator[dict[str, object]]:
    """The schema, what its `$ref` into the document names, and its alternatives one by one."""
    if not isinstance(value, dict) or depth == 0:
        return
    target = at(document, *str(value.get("$ref", "")).removeprefix("#/").split("/")[:MOST])
    whole = {**target, **value} if isinstance(target, dict) else value
    yield whole
    for key in ("anyOf", "oneOf", "allOf"):
        listed = whole.get(key)
        for each in listed[:MOST] if isinstance(listed, list) else ():
            yield from schemas(document, each, depth - 1)


def properties(document: object, parents: list[dict[str, object]], name: str) -> list[dict[str, object]]:
    """Every schema of a property of these objects."""
    return [found for each in parents for found in schemas(document, at(each, "properties", name))][:MOST]


def told(schema: dict[str, object], wanted: dict[str, object]) -> bool:
    """Whether the schema says all that is wanted."""
    return all(schema.get(key) == value for key, value in wanted.items())


@points(1)
@assesses("validation-body")
@hint("document")
def test_the_document_tells_the_bounds(api: Api) -> None:
    """The OpenAPI document describes `items`, `quantity` and `price` of an order with their bounds."""
    reply = api.get("/openapi.json").expect(200)
    document = reply.json()
    lists = properties(document, [*schemas(document, at(document, *BODY))][:MOST], "items")
    items = [found for each in lists for found in schemas(document, each.get("items"))][:MOST]
    for what, found, wanted in (
        ("items", lists, {"type": "array", "minItems": 1, "maxItems": 20}),
        (
            "quantity",
            properties(document, items, "quantity"),
            {"type": "integer", "minimum": 1, "maximum": 1000},
        ),
        (
            "price",
            properties(document, items, "price"),
            {"type": "number", "exclusiveMinimum": 0, "maximum": 10_000},
        ),
    ):
        message = f"The document does not describe {what} of POST /orders with its bounds."
        expect(any(told(each, wanted) for each in found), message, reply, expected=str(wanted))
