"""What README.md states for the FastAPI part alone."""

from __future__ import annotations

from autograder.checks import Api, Document, assesses, at, expect, hint, points

MOST = 30
BODY = ("paths", "/orders", "post", "requestBody", "content", "application/json", "schema")


def properties(document: Document, parents: list[dict[str, object]], name: str) -> list[dict[str, object]]:
    """Every schema of a property of these objects."""
    return [found for each in parents for found in document.schemas(at(each, "properties", name))][:MOST]


def told(schema: dict[str, object], wanted: dict[str, object]) -> bool:
    """Whether the schema says all that is wanted."""
    return all(schema.get(key) == value for key, value in wanted.items())


@points(1)
@assesses("validation-body")
@hint("document")
def test_the_document_tells_the_bounds(api: Api) -> None:
    """The OpenAPI document describes `items`, `quantity` and `price` of an order with their bounds."""
    reply = api.get("/openapi.json").expect(200)
    document = Document(reply.json())
    lists = properties(document, [*document.schemas(document.at(*BODY))][:MOST], "items")
    items = [found for each in lists for found in document.schemas(each.get("items"))][:MOST]
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
