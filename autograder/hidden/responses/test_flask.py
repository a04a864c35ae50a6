"""What README.md states for the Flask part alone."""

from __future__ import annotations

import string

from autograder.checks import Api, Draw, assesses, expect, hint, points


@points(1)
@assesses("responses-headers")
@hint("head")
def test_head_answers_as_get_without_a_body(api: Api, draw: Draw) -> None:
    """`HEAD` of a member answers with the status and the ETag of `GET`, and without a body."""
    letters = "".join(draw.choices(string.ascii_lowercase, k=12))
    new = {"email": f"{letters}@example.org", "name": "Mia", "password": letters, "medical_note": "none"}
    new |= {"joined": "2026-03-01T09:30:00+02:00", "deposit": "12"}
    told = api.post("/members", json=new).expect({200, 201}).json()
    path = f"/members/{told.get('id') if isinstance(told, dict) else None}"
    tag = api.get(path).expect(200).header("etag") or '"none"'
    for target, headers in (
        (path, {}),
        (path, {"if-none-match": tag}),
        (path, {"if-none-match": f'"{letters}"'}),
        (f"/members/{draw.randint(10**8, 10**9)}", {}),
    ):
        full = api.get(target, headers=headers).expect({200, 304, 404})
        reply = api.request("HEAD", target, headers=headers).expect(full.status)
        expect(reply.body == b"", "The answer to HEAD has a body.", reply, expected="no body")
        expect(reply.header("etag") == full.header("etag"), "The ETag is not that of GET.", reply)
