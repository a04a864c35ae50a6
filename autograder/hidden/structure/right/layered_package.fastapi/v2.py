"""Version 2."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import JSONResponse

from .clock import stamp
from .exposures import Exposure
from .log import Entry
from .order import Order
from .refusals import NoPlatesError, NotUpError, RefusedError
from .targets import TARGETS
from .web import TheDesk, TheEntry, version


def refuse(error: RefusedError) -> JSONResponse:
    # A refusal holds exactly what version 2 tells about it.
    status = 409 if isinstance(error, NotUpError | NoPlatesError) else 404
    return JSONResponse({"error": error.words, **vars(error)}, status)


router = version(refuse)


def show(exposure: Exposure) -> dict[str, object]:
    return {
        "number": exposure.number,
        "target": exposure.target,
        "seconds": exposure.seconds,
        "taken": stamp(exposure.when),
        "entry": exposure.entry,
    }


def now(entry: Entry) -> dict[str, object]:
    return {"time": stamp(entry.when), "entry": entry.number}


@router.get("/status")
async def read_status(desk: TheDesk, entry: TheEntry) -> dict[str, object]:
    plates = desk.exposures
    return {"site": desk.site, **now(entry), "plates": {"left": plates.left, "of": plates.plates}}


@router.get("/targets")
async def list_targets(entry: TheEntry) -> dict[str, object]:
    targets = [
        {"name": each.name, "rises": each.rises, "sets": each.sets, "up": each.is_up(entry.when)} for each in TARGETS
    ]
    return {**now(entry), "targets": targets}


@router.get("/exposures")
async def list_exposures(desk: TheDesk) -> dict[str, object]:
    return {"exposures": [show(exposure) for exposure in desk.exposures.all()]}


@router.get("/exposures/{number}")
async def read_exposure(number: int, desk: TheDesk) -> dict[str, object]:
    return show(desk.exposures.find(number))


@router.post("/exposures", status_code=201)
async def take_exposure(order: Order, response: Response, desk: TheDesk, entry: TheEntry) -> dict[str, object]:
    exposure = desk.exposures.take(order.target, order.seconds, entry)
    response.headers["Location"] = f"/v2/exposures/{exposure.number}"
    return show(exposure)
