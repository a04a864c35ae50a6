"""What README.md states for the FastAPI part alone."""

from __future__ import annotations

from autograder.checks import Api, assesses, at, expect, hint, points

NAMED = (("get", "/me"), ("get", "/diary/{number}"), ("put", "/plots/{number}"), ("get", "/board"))


@points(0.5)
@assesses("authorization-separate")
@hint("document")
def test_the_document_says_that_a_session_is_needed(api: Api) -> None:
    """The OpenAPI document describes the cookie `session` as a security scheme, and the routes name it."""
    reply = api.get("/openapi.json").expect(200)
    document = reply.json()
    schemes = at(document, "components", "securitySchemes")
    wanted = {"type": "apiKey", "in": "cookie", "name": "session"}
    schemes = schemes if isinstance(schemes, dict) else {}
    names = {each for each, told in schemes.items() if all(at(told, key) == wanted[key] for key in wanted)}
    expect(names, "No security scheme of the document is the cookie `session`.", reply, expected=str(wanted))
    for method, path in NAMED:
        needed = at(document, "paths", path, method, "security")
        listed = needed if isinstance(needed, list) else []
        asked = {name for each in listed if isinstance(each, dict) for name in each}
        expect(asked & names, f"{method.upper()} {path} does not name the scheme.", reply)
