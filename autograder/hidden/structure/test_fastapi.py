"""What README.md states for the FastAPI part alone."""

from __future__ import annotations

import re

from autograder.checks import Api, assesses, expect, hint, points

ADDRESSES = ("/status", "/targets", "/exposures", "/exposures/{}")


@points(1)
@assesses("structure-modules")
@hint("document")
def test_the_document_tells_the_versions_apart(api: Api) -> None:
    """The OpenAPI document lists version 1 as deprecated, version 2 as not, and nothing without a version."""
    reply = api.get("/openapi.json").expect(200)
    document = reply.json()
    paths = document.get("paths") if isinstance(document, dict) else None
    expect(isinstance(paths, dict), "The document has no paths.", reply)
    # The document comes from the submission: whatever stands in it may be of another type.
    operations = {
        (re.sub(r"\{[^/]*\}", "{}", address), method): isinstance(each, dict) and each.get("deprecated")
        for address, item in (paths.items() if isinstance(paths, dict) else ())
        for method, each in (item.items() if isinstance(item, dict) else ())
    }
    for version, deprecated in (("/v1", True), ("/v2", False)):
        for address, method in (*((each, "get") for each in ADDRESSES), ("/exposures", "post")):
            found = operations.get((version + address, method), "missing")
            told = f"{method.upper()} {version}{address} is listed with deprecated: {found}."
            expect(found is True if deprecated else not found, told, reply, expected=f"{deprecated}")
    for address in ADDRESSES:
        listed = any(path == address for path, _ in operations)
        expect(not listed, f"The address without a version, {address}, is listed.", reply)
