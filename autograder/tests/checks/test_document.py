"""References in an app's document: followed, and never further than the budget goes."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.checks import CheckFailed, Document, at


def test_a_reference_is_followed_and_its_own_keys_count() -> None:
    document = Document({"one": {"$ref": "#/two", "title": "one"}, "two": {"type": "object", "title": "two"}})
    assert document.resolved({"$ref": "#/one", "minimum": 1}) == {
        "type": "object",
        "title": "one",
        "minimum": 1,
        "$ref": "#/one",
    }


def test_alternatives_are_found_behind_references() -> None:
    document = Document({"s": {"anyOf": [{"type": "integer"}, {"$ref": "#/t"}]}, "t": {"type": "null"}})
    assert [each.get("type") for each in document.schemas({"$ref": "#/s"})] == [None, "integer", "null"]


@pytest.mark.parametrize(
    "value", [None, 1, "text", [], {"$ref": 1}, {"$ref": "#/absent"}, {"$ref": "#/self"}]
)
def test_whatever_stands_there_can_be_asked_for(value: object) -> None:
    document = Document({"self": {"$ref": "#/self"}, "value": value})
    assert isinstance(document.resolved(document.at("value")), dict)
    assert at(document.at("value"), "any", "thing") is None


def selfish(keys: int) -> dict[str, Any]:
    """A schema that names itself ninety times, with keys of its own."""
    alternatives = {key: [{"$ref": "#/s"}] * 30 for key in ("anyOf", "oneOf", "allOf")}
    return {"$ref": "#/s", **{f"k{each}": 1 for each in range(keys)}, **alternatives}


@pytest.mark.parametrize("keys", [0, 20_000])
def test_a_document_that_repeats_itself_ends_at_the_budget(keys: int) -> None:
    document = Document({"s": selfish(keys)})
    found: list[int] = []
    with pytest.raises(CheckFailed, match="repeats itself too often"):
        found.extend(len(each) for each in document.schemas({"$ref": "#/s"}))
    assert sum(found) <= 50_000
