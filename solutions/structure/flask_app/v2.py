"""Version 2: whole targets, instants, the request's entry, and a status for each kind of refusal."""

from __future__ import annotations

from flask import Blueprint, request, url_for

from .clock import as_text
from .context import entry, observatory
from .desk import Exposure
from .refusals import NoPlatesError, NotUpError, Refusal, UnknownExposureError, UnknownTargetError
from .sky import TARGETS

__all__ = ["v2"]

v2 = Blueprint("v2", __name__)


@v2.get("/status")
def read_status() -> dict[str, object]:
    """Which dome this is, what time it is there, and what is left of its plates."""
    desk = observatory().desk
    plates = {"left": desk.plates_left, "of": desk.plates}
    return {"site": observatory().site, **asked(), "plates": plates}


@v2.get("/targets")
def list_targets() -> dict[str, object]:
    """All targets, and whether each is up."""
    targets = [
        {
            "name": target.name,
            "rises": f"{target.rises:%H:%M}",
            "sets": f"{target.sets:%H:%M}",
            "up": target.is_up(entry().time),
        }
        for target in TARGETS.values()
    ]
    return {**asked(), "targets": targets}


@v2.get("/exposures")
def list_exposures() -> dict[str, object]:
    """All of them."""
    return {"exposures": [shown(exposure) for exposure in observatory().desk.exposures]}


@v2.get("/exposures/<int:number>")
def read_exposure(number: int) -> dict[str, object]:
    """One of them."""
    return shown(observatory().desk.exposure(number))


@v2.post("/exposures")
def take_exposure() -> tuple[dict[str, object], int, dict[str, str]]:
    """The one that is taken now, and where it is found."""
    body = request.get_json()
    exposure = observatory().desk.take(body["target"], body["seconds"], entry())
    return shown(exposure), 201, {"Location": url_for(".read_exposure", number=exposure.number)}


@v2.errorhandler(Refusal)
def refuse(refusal: Refusal) -> tuple[dict[str, object], int]:
    """What the desk refuses, as version 2 words it."""
    match refusal:
        case UnknownTargetError(name=name):
            return {"error": "unknown target", "target": name}, 404
        case UnknownExposureError(number=number):
            return {"error": "unknown exposure", "number": number}, 404
        case NotUpError(target=target):
            return {"error": "not up", "target": target.name, "rises": f"{target.rises:%H:%M}"}, 409
        case NoPlatesError(plates=plates):
            return {"error": "no plates", "of": plates}, 409
    raise refusal


def asked() -> dict[str, object]:
    """When this was asked, and under which entry it stands in the log."""
    return {"time": as_text(entry().time), "entry": entry().number}


def shown(exposure: Exposure) -> dict[str, object]:
    """An exposure as version 2 shows it."""
    return {
        "number": exposure.number,
        "target": exposure.target.name,
        "seconds": exposure.seconds,
        "taken": as_text(exposure.entry.time),
        "entry": exposure.entry.number,
    }
