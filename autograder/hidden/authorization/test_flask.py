"""What README.md states for the Flask part alone."""

from __future__ import annotations

from autograder.checks import Api, Draw, assesses, expect, hint, points

SESSION = "session=ada-4f1c"


@points(0.5)
@assesses("authorization-cross-site")
@hint("preflight")
def test_no_other_site_may_script_the_plots(api: Api, draw: Draw) -> None:
    """`OPTIONS`, which Flask answers by itself, gives no other origin leave to send `PUT /plots/1`."""
    origin = f"https://evil{draw.randint(1, 999)}.example"
    api.put("/plots/1", json={"crop": "peas"}, headers={"cookie": SESSION}).expect(200)
    asked = {"cookie": SESSION, "origin": origin, "access-control-request-method": "PUT"}
    reply = api.request("OPTIONS", "/plots/1", headers=asked)
    for each in (reply, api.get("/plots", headers={"cookie": SESSION, "origin": origin}).expect(200)):
        leave = each.header("access-control-allow-origin")
        expect(leave is None, "The answer gives pages of another site leave to use it.", each)
