"""The examples of README.md as checks; read them, and add your own below."""

from __future__ import annotations

from urllib.parse import urlencode

from autograder.checks import Api, expect, hint

SHOP = {"x-shop": "12"}
EMAIL = "ada@linden.example"
BAG = {"sku": "BEE-0042", "quantity": 3, "price": 4.25}
FORM = {**SHOP, "content-type": "application/x-www-form-urlencoded"}


def errors(*entries: tuple[str, str]) -> dict[str, object]:
    """The envelope with these entries, each a field and a code."""
    return {"errors": [{"field": field, "code": code} for field, code in entries]}


@hint("taken")
def test_example_order(api: Api) -> None:
    """A good order comes back with the shop, and with a `note` that is null."""
    reply = api.post("/orders", json={"email": EMAIL, "items": [BAG]}, headers=SHOP)
    reply.expect(201, json={"shop": 12, "email": EMAIL, "items": [BAG], "note": None})


@hint("strict", "paths")
def test_example_text_for_a_number(api: Api) -> None:
    """A quantity of `"3"` is of the wrong type, and the error says where it stands."""
    order = {"email": EMAIL, "items": [{**BAG, "quantity": "3"}]}
    api.post("/orders", json=order, headers=SHOP).expect(422, json=errors(("items.0.quantity", "type")))


@hint("header", "bounds", "all-errors")
def test_example_two_errors(api: Api) -> None:
    """A quantity of 0 and no shop are two errors, told together, in any order."""
    reply = api.post("/orders", json={"email": EMAIL, "items": [{**BAG, "quantity": 0}]}).expect(422)
    shop, quantity = ("x-shop", "missing"), ("items.0.quantity", "range")
    both = errors(shop, quantity), errors(quantity, shop)
    expect(reply.json() in both, "The errors are others.", reply, expected=str(both[0]))


@hint("unknown")
def test_example_unknown_key(api: Api) -> None:
    """A key that the contract does not name is refused, in an item as well."""
    order = {"email": EMAIL, "items": [{**BAG, "colour": "red"}]}
    api.post("/orders", json=order, headers=SHOP).expect(422, json=errors(("items.0.colour", "unknown")))


@hint("malformed")
def test_example_broken_json(api: Api) -> None:
    """A body that is cut off is malformed."""
    reply = api.post("/orders", body=b'{"email": ', headers={**SHOP, "content-type": "application/json"})
    reply.expect(400, json=errors(("body", "malformed")))


@hint("no-object")
def test_example_list(api: Api) -> None:
    """A list is no order."""
    api.post("/orders", json=[], headers=SHOP).expect(422, json=errors(("body", "type")))


@hint("content-type")
def test_example_content_type(api: Api) -> None:
    """An order is JSON, not plain text, whatever its bytes look like."""
    headers = {**SHOP, "content-type": "text/plain"}
    reply = api.post("/orders", json={"email": EMAIL, "items": [BAG]}, headers=headers)
    reply.expect(415, json=errors(("content-type", "unsupported")))


@hint("form")
def test_example_form(api: Api) -> None:
    """A good form comes back with the shop; a field that is empty counts as absent."""
    body = urlencode({"email": EMAIL, "copies": 2, "note": ""}).encode()
    reply = api.post("/catalogues", body=body, headers=FORM)
    reply.expect(201, json={"shop": 12, "email": EMAIL, "copies": 2, "note": None})


@hint("form-errors", "all-errors")
def test_example_form_errors(api: Api) -> None:
    """An empty `email` is missing and 6 copies are too many, told together, in any order."""
    reply = api.post("/catalogues", body=b"email=&copies=6", headers=FORM).expect(422)
    email, copies = ("email", "missing"), ("copies", "range")
    both = errors(email, copies), errors(copies, email)
    expect(reply.json() in both, "The errors are others.", reply, expected=str(both[0]))
