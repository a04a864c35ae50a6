"""What README.md states for the FastAPI part alone."""

from __future__ import annotations

from autograder.checks import Api, Reply, assesses, expect, hint, points

GUARDED = (("get", "/me"), ("delete", "/me"), ("post", "/logout"))
OPEN = (("post", "/members"), ("post", "/tokens"), ("post", "/tokens/refresh"))


def below(value: object, *keys: str) -> object:
    """What stands in nested objects below these keys; None where there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def schemes(document: object, method: str, path: str) -> list[str]:
    """The security schemes that an operation names, or the whole document for it."""
    own = below(document, "paths", path, method, "security")
    wanted = below(document, "security") if own is None else own
    listed = wanted if isinstance(wanted, list) else []
    return [name for each in listed if isinstance(each, dict) for name in each]


def is_bearer(scheme: object) -> bool:
    """Whether the document describes a token in the header Authorization."""
    kind, name = below(scheme, "type"), below(scheme, "scheme")
    return kind == "oauth2" or (kind == "http" and str(name).lower() == "bearer")


@points(1)
@assesses("authentication-challenge")
@hint("document")
def test_the_document_says_what_needs_a_token(api: Api) -> None:
    """`/openapi.json` lists a bearer scheme for `/me` and `/logout`, and for nothing else."""
    reply: Reply = api.get("/openapi.json").expect(200)
    document = reply.json()
    for method, path in (*GUARDED, *OPEN):
        expect(below(document, "paths", path, method) is not None, f"{method} {path} is not in the document.")
    for method, path in GUARDED:
        named = [
            below(document, "components", "securitySchemes", each) for each in schemes(document, method, path)
        ]
        expect(any(is_bearer(each) for each in named), f"{method} {path} names no bearer scheme.")
    for method, path in OPEN:
        expect(not schemes(document, method, path), f"{method} {path} asks for a token.")
