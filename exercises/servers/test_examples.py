"""The examples of README.md as checks. Read them; the hidden checks ask for more of the same."""

from __future__ import annotations

import re

from autograder.checks import Api, hint


@hint("no-version", "health")
def test_example_health(api: Api) -> None:
    """An app without settings is at the pier `Main`, in an unknown version."""
    api.get("/healthz").expect(200, json={"status": "ok", "pier": "Main", "version": "unknown"})


@hint("config", "apart")
def test_example_settings(apps: tuple[Api, ...]) -> None:
    """An app reports the settings that it was given."""
    expected = {"status": "ok", "pier": "South", "version": "2.0-pilot"}
    apps[1].get("/healthz").expect(200, json=expected)


@hint("version")
def test_example_version(api: Api) -> None:
    """With `TURNSTILE_VERSION=1.2.3` in its environment the app is in the version `1.2.3`."""
    api.restart(environment={"TURNSTILE_VERSION": "1.2.3"})
    api.get("/healthz").expect(200, json={"status": "ok", "pier": "Main", "version": "1.2.3"})


@hint("head")
def test_example_head(api: Api) -> None:
    """`HEAD /healthz` answers with 200."""
    api.request("HEAD", "/healthz").expect(200)


@hint("not-found", "envelope")
def test_example_not_found(api: Api) -> None:
    """`/` is not found."""
    api.get("/").expect(404, json={"error": "not found"})


@hint("method", "envelope")
def test_example_method(api: Api) -> None:
    """`PUT /passages` is refused, and `Allow` says what is not."""
    refused = {"error": "method not allowed"}
    api.put("/passages").expect(405, json=refused, headers={"allow": re.compile("GET")})


@hint("count")
def test_example_passages(api: Api) -> None:
    """The first passage is number 1, the second number 2."""
    api.restart()
    api.post("/passages").expect(201, json={"passages": 1})
    api.post("/passages").expect(201, json={"passages": 2})


@hint("raw", "raw-empty")
def test_example_line_test(api: Api) -> None:
    """The line test tells what has arrived."""
    told = {"method": "GET", "path": "/gate/7", "query": "beam=1&beam=%20", "bytes": 0, "crc32": 0}
    api.get("/raw/gate/7?beam=1&beam=%20").expect(200, json=told)


@hint("raw", "raw-body")
def test_example_line_test_with_a_body(api: Api) -> None:
    """The line test counts the body `ring`."""
    told = {"method": "POST", "path": "/gate", "query": "", "bytes": 4, "crc32": 2_413_622_646}
    api.post("/raw/gate", body=b"ring").expect(200, json=told)
