"""Version 1: names, flat objects, and one status for most of what goes wrong."""

from __future__ import annotations

from flask import Blueprint, request

from .context import entry, observatory
from .desk import Exposure
from .refusals import NoPlatesError, NotUpError, Refusal, UnknownExposureError, UnknownTargetError
from .sky import TARGETS

__all__ = ["v1"]

v1 = Blueprint("v1", __name__)


@v1.get("/status")
def read_status() -> dict[str, object]:
    """Which dome this is, and how many plates are left."""
    return {"site": observatory().site, "plates": observatory().desk.plates_left}


@v1.get("/targets")
def list_targets() -> dict[str, object]:
    """The names of those that are up."""
    return {"up": [target.name for target in TARGETS.values() if target.is_up(entry().time)]}


@v1.get("/exposures")
def list_exposures() -> list[dict[str, object]]:
    """All of them."""
    return [shown(exposure) for exposure in observatory().desk.exposures]


@v1.get("/exposures/<int:number>")
def read_exposure(number: int) -> dict[str, object]:
    """One of them."""
    return shown(observatory().desk.exposure(number))


@v1.post("/exposures")
def take_exposure() -> dict[str, object]:
    """The one that is taken now."""
    body = request.get_json()
    return shown(observatory().desk.take(body["target"], body["seconds"], entry()))


@v1.errorhandler(Refusal)
def refuse(refusal: Refusal) -> tuple[dict[str, object], int]:
    """What the desk refuses, as version 1 words it."""
    match refusal:
        case UnknownTargetError():
            return {"error": "unknown target"}, 404
        case UnknownExposureError():
            return {"error": "unknown exposure"}, 404
        case NotUpError():
            return {"error": "not up"}, 400
        case NoPlatesError():
            return {"error": "no plates"}, 400
    raise refusal


def shown(exposure: Exposure) -> dict[str, object]:
    """An exposure as version 1 shows it."""
    return {
        "number": exposure.number,
        "target": exposure.target.name,
        "seconds": exposure.seconds,
        "at": f"{exposure.entry.time:%H:%M}",
    }
