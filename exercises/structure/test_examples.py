"""The examples of README.md as checks; read them, and add your own below."""

from __future__ import annotations

from autograder.checks import Api, expect, hint

LOG = """\
dome opened
telescope unparked
#1 begin 2021-11-22T20:00:00Z
#1 end
#2 begin 2021-11-22T20:00:00Z
#2 shutter opened
#2 shutter closed
#2 end
telescope parked
dome closed
"""


def exposure(target: str, seconds: int = 30) -> dict[str, object]:
    """The body that asks for one."""
    return {"target": target, "seconds": seconds}


@hint("versions")
def test_example_old_status(api: Api) -> None:
    """`/status`, without a version, answers the old clients."""
    api.get("/status").expect(200, json={"site": "North dome", "plates": 24})


@hint("versions", "clock", "up")
def test_example_targets(api: Api) -> None:
    """`/v1/targets` names what is up at eight in the evening."""
    api.get("/v1/targets").expect(200, json={"up": ["M13", "M31", "M45", "M57", "Moon", "Vega"]})


@hint("versions", "clock")
def test_example_status(api: Api) -> None:
    """`/v2/status` tells more: the time, the entry of this third request, and how many plates there were."""
    reply = api.get("/v2/status").expect(200)
    status = {"site": "North dome", "time": "2021-11-22T20:00:00Z", "entry": 3}
    reply.expect(json={**status, "plates": {"left": 24, "of": 24}})


@hint("one-core", "location")
def test_example_exposure(api: Api) -> None:
    """An exposure through version 2 is found through version 1."""
    reply = api.post("/v2/exposures", json=exposure("M31")).expect(201)
    reply.expect(headers={"Location": "/v2/exposures/1"})
    found = api.get("/v1/exposures/1").expect(200)
    found.expect(json={"number": 1, "target": "M31", "seconds": 30, "at": "20:00"})


@hint("refusals")
def test_example_refusals(api: Api) -> None:
    """M42 is not up yet, and each version has words of its own for it."""
    api.post("/exposures", json=exposure("M42")).expect(400, json={"error": "not up"})
    reply = api.post("/v2/exposures", json=exposure("M42")).expect(409)
    reply.expect(json={"error": "not up", "target": "M42", "rises": "20:30"})


@hint("failure")
def test_example_moon(api: Api) -> None:
    """The Moon is too bright, and the handler fails."""
    reply = api.post("/v2/exposures", json=exposure("Moon", 5))
    reply.expect(500, json={"error": "internal server error"})


@hint("log", "start-and-stop", "raises")
def test_example_log(api: Api) -> None:
    """An app that was started, asked twice and stopped leaves the log that README.md shows."""
    api.restart()
    before = api.left("night.log") or b""
    api.get("/v1/status").expect(200)
    api.post("/v1/exposures", json=exposure("Moon", 5)).expect(500)
    api.restart()
    added = (api.left("night.log") or b"").removeprefix(before).decode("utf-8", "replace")
    expect(added.splitlines() == LOG.splitlines(), f"The log of this run is another:\n{added}", expected=LOG)
