"""What README.md states for the Flask part alone."""

from __future__ import annotations

from autograder.checks import Api, Draw, assesses, expect, hint, points


@points(1)
@assesses("routing-methods")
@hint("head")
def test_head_answers_as_get_without_a_body(api: Api, draw: Draw) -> None:
    """`HEAD` answers with the status of `GET` and without a body, on all four routes."""
    number = draw.randint(8, 999_999)
    for target in (f"/items/{number}", "/items/latest", f"/files/a/{number}", "/search", "/search?page=0"):
        status = api.get(target).expect({200, 422}).status
        reply = api.request("HEAD", target).expect(status)
        expect(reply.body == b"", "The answer to HEAD has a body.", reply, expected="no body")
