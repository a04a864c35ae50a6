"""Version 2."""

from __future__ import annotations

from flask import request

from .clock import stamp
from .exposures import Exposure
from .order import Order
from .refusals import NoPlatesError, NotUpError, RefusedError
from .targets import TARGETS
from .web import desk, entry, version

blueprint = version("v2")


def show(exposure: Exposure) -> dict[str, object]:
    return {
        "number": exposure.number,
        "target": exposure.target,
        "seconds": exposure.seconds,
        "taken": stamp(exposure.when),
        "entry": exposure.entry,
    }


def now() -> dict[str, object]:
    return {"time": stamp(entry().when), "entry": entry().number}


@blueprint.get("/status")
def read_status():
    plates = desk().exposures
    return {"site": desk().site, **now(), "plates": {"left": plates.left, "of": plates.plates}}


@blueprint.get("/targets")
def list_targets():
    targets = [
        {"name": each.name, "rises": each.rises, "sets": each.sets, "up": each.is_up(entry().when)} for each in TARGETS
    ]
    return {**now(), "targets": targets}


@blueprint.get("/exposures")
def list_exposures():
    return {"exposures": [show(exposure) for exposure in desk().exposures.all()]}


@blueprint.get("/exposures/<int(signed=True):number>")
def read_exposure(number: int):
    return show(desk().exposures.find(number))


@blueprint.post("/exposures")
def take_exposure():
    order = Order.model_validate_json(request.get_data())
    exposure = desk().exposures.take(order.target, order.seconds, entry())
    return show(exposure), 201, {"Location": f"/v2/exposures/{exposure.number}"}


@blueprint.errorhandler(RefusedError)
def refuse(error: RefusedError):
    # A refusal holds exactly what version 2 tells about it.
    status = 409 if isinstance(error, NotUpError | NoPlatesError) else 404
    return {"error": error.words, **vars(error)}, status
