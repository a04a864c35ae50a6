"""Both versions, as functions that make a router for one app."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException
from fastapi.responses import JSONResponse

from .desk import ROWS, is_up

OLD = {"unknown target": 404, "not up": 400, "no plates": 400}
NEW = {"unknown target": 404, "not up": 409, "no plates": 409}


def old(desk, record):
    router = APIRouter()
    this = Depends(record.entry)

    def shown(exposure):
        number, name, seconds, entry = exposure
        return {"number": number, "target": name, "seconds": seconds, "at": entry.hour}

    @router.get("/status")
    def status(entry: Any = this):
        return {"site": desk.site, "plates": desk.left}

    @router.get("/targets")
    def targets(entry: Any = this):
        return {"up": [name for name in ROWS if is_up(name, entry.hour)]}

    @router.get("/exposures")
    def exposures(entry: Any = this):
        return [shown(each) for each in desk.taken.values()]

    @router.get("/exposures/{number}")
    def exposure(number: int, entry: Any = this):
        if number not in desk.taken:
            raise HTTPException(404, {"error": "unknown exposure"})
        return shown(desk.taken[number])

    @router.post("/exposures")
    def take(target: Annotated[str, Body()], seconds: Annotated[int, Body()], entry: Any = this):
        problem = desk.problem(target, entry.hour)
        if problem:
            raise HTTPException(OLD[problem[0]], {"error": problem[0]})
        return shown(desk.expose(target, seconds, entry))

    return router


def new(desk, record):
    router = APIRouter()
    this = Depends(record.entry)

    def shown(exposure):
        number, name, seconds, entry = exposure
        facts = {"number": number, "target": name, "seconds": seconds}
        return {**facts, "taken": entry.time, "entry": entry.number}

    @router.get("/status")
    def status(entry: Any = this):
        plates = {"left": desk.left, "of": desk.plates}
        return {"site": desk.site, "time": entry.time, "entry": entry.number, "plates": plates}

    @router.get("/targets")
    def targets(entry: Any = this):
        rows = [
            {"name": name, "rises": rises, "sets": sets, "up": is_up(name, entry.hour)}
            for name, (rises, sets) in ROWS.items()
        ]
        return {"time": entry.time, "entry": entry.number, "targets": rows}

    @router.get("/exposures")
    def exposures(entry: Any = this):
        return {"exposures": [shown(each) for each in desk.taken.values()]}

    @router.get("/exposures/{number}")
    def exposure(number: int, entry: Any = this):
        if number not in desk.taken:
            raise HTTPException(404, {"error": "unknown exposure", "number": number})
        return shown(desk.taken[number])

    @router.post("/exposures")
    def take(target: Annotated[str, Body()], seconds: Annotated[int, Body()], entry: Any = this):
        problem = desk.problem(target, entry.hour)
        if problem:
            raise HTTPException(NEW[problem[0]], {"error": problem[0], **problem[1]})
        exposure = desk.expose(target, seconds, entry)
        where = f"/v2/exposures/{exposure[0]}"
        return JSONResponse(shown(exposure), 201, {"Location": where})

    return router
