"""What README.md states for the FastAPI part alone."""

from __future__ import annotations

import string

from autograder.checks import Api, Draw, assesses, hint, late, points

CROWD = 32


@points(1)
@assesses("databases-driver")
@hint("crowd")
@late()
def test_a_crowd_of_readers_is_served(api: Api, draw: Draw) -> None:
    """32 requests for accounts at the same moment, several times over, are all answered."""
    owner = "".join(draw.choices(string.ascii_lowercase, k=10))
    reply = api.post("/accounts", json={"owner": owner, "minutes": 3}).expect(201)
    body = reply.json()
    number = body.get("id") if isinstance(body, dict) else None
    told = {"id": number, "owner": owner, "minutes": 3}
    for _ in range(3):
        for answer in api.at_once([("GET", f"/accounts/{number}")] * CROWD):
            answer.expect(200, json=told)
