"""Version 1, which is also what the addresses without a version answer."""

from __future__ import annotations

from flask import request

from .clock import hour
from .exposures import Exposure
from .order import Order
from .refusals import NoPlatesError, NotUpError, RefusedError
from .targets import TARGETS
from .web import desk, entry, version

blueprint = version("v1")


def show(exposure: Exposure) -> dict[str, object]:
    return {
        "number": exposure.number,
        "target": exposure.target,
        "seconds": exposure.seconds,
        "at": hour(exposure.when),
    }


@blueprint.get("/status")
def read_status():
    return {"site": desk().site, "plates": desk().exposures.left}


@blueprint.get("/targets")
def list_targets():
    return {"up": [target.name for target in TARGETS if target.is_up(entry().when)]}


@blueprint.get("/exposures")
def list_exposures():
    return [show(exposure) for exposure in desk().exposures.all()]


@blueprint.get("/exposures/<int(signed=True):number>")
def read_exposure(number: int):
    return show(desk().exposures.find(number))


@blueprint.post("/exposures")
def take_exposure():
    order = Order.model_validate_json(request.get_data())
    return show(desk().exposures.take(order.target, order.seconds, entry()))


@blueprint.errorhandler(RefusedError)
def refuse(error: RefusedError):
    return {"error": error.words}, 400 if isinstance(error, NotUpError | NoPlatesError) else 404
