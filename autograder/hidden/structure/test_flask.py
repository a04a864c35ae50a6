"""What README.md states for the Flask part alone."""

from __future__ import annotations

from autograder.checks import Api, Draw, assesses, expect, hint, points


@points(1)
@assesses("structure-configuration")
@hint("text")
def test_a_site_that_looks_like_a_number_is_a_text(api: Api, draw: Draw) -> None:
    """With `OBSERVATORY_SITE=1610` the site is the text `"1610"`."""
    site = str(draw.randint(1_600, 1_999))
    api.restart({"OBSERVATORY_SITE": site})
    reply = api.get("/v2/status").expect(200)
    told = reply.json()
    expect(isinstance(told, dict) and told.get("site") == site, "The site is another.", reply, expected=site)
    api.get("/v1/status").expect(200, json={"site": site, "plates": 24})
