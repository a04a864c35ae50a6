"""What README.md states for the Flask part alone."""

from __future__ import annotations

from autograder.checks import Api, Draw, assesses, expect, hint, late, points


@points(1)
@assesses("servers-protocol")
@hint("raw", "protocol")
@late()
def test_the_line_test_names_the_protocol(api: Api, draw: Draw) -> None:
    """Below `/raw/` every answer has the header `X-Protocol: wsgi/1.0`."""
    for target in (f"/raw/{draw.randint(10, 99)}", "/raw/"):
        reply = api.post(target, body=b"ring").expect(200)
        found = reply.header("x-protocol")
        expect(found == "wsgi/1.0", f"X-Protocol is {found!r}.", reply, expected="X-Protocol: wsgi/1.0")
