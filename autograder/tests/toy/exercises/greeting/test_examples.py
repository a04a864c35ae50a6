"""The brief's examples."""

from __future__ import annotations

from autograder.checks import Api


def test_hello_ada(api: Api) -> None:
    """`GET /hello/Ada` says hello to Ada."""
    api.get("/hello/Ada").expect(200, json={"hello": "Ada"})
