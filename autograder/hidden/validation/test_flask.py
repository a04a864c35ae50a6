"""What README.md states for the Flask part alone."""

from __future__ import annotations

import json

from autograder.checks import Api, Draw, assesses, expect, hint, points

MOST = 100_000


@points(1)
@assesses("validation-envelope")
@hint("too-large")
def test_a_body_of_100000_bytes_is_the_longest(api: Api, draw: Draw) -> None:
    """A body of more than 100000 bytes is refused with 413 in the envelope; one of 100000 is taken."""
    item = {"sku": f"BEE-{draw.randint(1_000, 9_999)}", "quantity": 3, "price": 4.25}
    order = {"email": "ada@linden.example", "items": [item], "note": None}
    headers = {"content-type": "application/json", "x-shop": "12"}
    text = json.dumps(order)
    reply = api.post("/orders", body=text.ljust(MOST).encode(), headers=headers)
    reply.expect(201, json={"shop": 12, **order})
    for size in (MOST + 1, draw.randint(MOST + 2, 2 * MOST)):
        reply = api.post("/orders", body=text.ljust(size).encode(), headers=headers)
        reply.expect(413, media_type="application/json")
        told = {"errors": [{"field": "body", "code": "too_large"}]}
        expect(reply.json() == told, "The errors are others.", reply, expected=json.dumps(told))
