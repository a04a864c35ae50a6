"""Version 1, which is also what the addresses without a version answer."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from .clock import hour
from .exposures import Exposure
from .order import Order
from .refusals import NoPlatesError, NotUpError, RefusedError
from .targets import TARGETS
from .web import TheDesk, TheEntry, version


def refuse(error: RefusedError) -> JSONResponse:
    return JSONResponse({"error": error.words}, 400 if isinstance(error, NotUpError | NoPlatesError) else 404)


router = version(refuse)


def show(exposure: Exposure) -> dict[str, object]:
    return {
        "number": exposure.number,
        "target": exposure.target,
        "seconds": exposure.seconds,
        "at": hour(exposure.when),
    }


@router.get("/status")
async def read_status(desk: TheDesk) -> dict[str, object]:
    return {"site": desk.site, "plates": desk.exposures.left}


@router.get("/targets")
async def list_targets(entry: TheEntry) -> dict[str, object]:
    return {"up": [target.name for target in TARGETS if target.is_up(entry.when)]}


@router.get("/exposures")
async def list_exposures(desk: TheDesk) -> list[dict[str, object]]:
    return [show(exposure) for exposure in desk.exposures.all()]


@router.get("/exposures/{number}")
async def read_exposure(number: int, desk: TheDesk) -> dict[str, object]:
    return show(desk.exposures.find(number))


@router.post("/exposures")
async def take_exposure(order: Order, desk: TheDesk, entry: TheEntry) -> dict[str, object]:
    return show(desk.exposures.take(order.target, order.seconds, entry))
