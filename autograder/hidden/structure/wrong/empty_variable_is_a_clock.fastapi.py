"""An empty `OBSERVATORY_CLOCK` is taken for an instant, the default one.

Fails: test_without_a_set_clock_it_is_now
"""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

KEYS = ("SITE", "PLATES", "LOG", "CLOCK", "TICK")
DEFAULTS = {"SITE": "North dome", "PLATES": 24, "LOG": "night.log", "CLOCK": None, "TICK": 0}

TABLE = [
    ("M13", "09:00", "23:30"),
    ("M31", "14:00", "06:00"),
    ("M42", "20:30", "07:00"),
    ("M45", "16:30", "08:00"),
    ("M57", "10:30", "01:00"),
    ("Moon", "17:15", "05:45"),
    ("Vega", "08:00", "00:30"),
    ("Venus", "04:10", "16:40"),
]


class OverexposedError(Exception):
    pass


class Refused(Exception):
    def __init__(self, kind, old, new, **facts):
        super().__init__(kind)
        self.kind = kind
        self.old = old
        self.new = new
        self.facts = facts


class Order(BaseModel):
    target: str
    seconds: int


@dataclass
class Entry:
    number: int
    time: datetime


def settings_of(config):
    found = {}
    for key in KEYS:
        value = (config or {}).get(key)
        if value is None:
            value = os.environ.get(f"OBSERVATORY_{key}") or None
        found[key] = DEFAULTS[key] if value is None else value
    return found


def zulu(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def is_up(row, instant):
    _, rises, sets = row
    now = instant.strftime("%H:%M")
    if rises <= sets:
        return rises <= now < sets
    return now >= rises or now < sets


class Observatory:
    def __init__(self, settings):
        self.site = str(settings["SITE"])
        self.plates = int(settings["PLATES"])
        self.clock = settings["CLOCK"]
        self.tick = int(settings["TICK"])
        self.readings = 0
        self.entries = 0
        self.exposures = []
        self.log = open(settings["LOG"], "a", encoding="utf-8")
        self.write("dome opened")
        self.write("telescope unparked")

    def close(self):
        self.write("telescope parked")
        self.write("dome closed")
        self.log.close()

    def write(self, line):
        self.log.write(line + "\n")
        self.log.flush()

    def read_clock(self):
        if not self.clock:
            self.clock = "2021-11-22T20:00:00Z"
        start = datetime.fromisoformat(self.clock)
        now = start + timedelta(seconds=self.tick * self.readings)
        self.readings += 1
        return now

    def begin(self):
        self.entries += 1
        entry = Entry(self.entries, self.read_clock())
        self.write(f"#{entry.number} begin {zulu(entry.time)}")
        return entry

    def end(self, entry):
        self.write(f"#{entry.number} end")

    def expose(self, entry, order):
        row = next((row for row in TABLE if row[0] == order.target), None)
        if row is None:
            raise Refused("unknown target", 404, 404, target=order.target)
        if not is_up(row, entry.time):
            raise Refused("not up", 400, 409, target=row[0], rises=row[1])
        if len(self.exposures) >= self.plates:
            raise Refused("no plates", 400, 409, of=self.plates)
        self.write(f"#{entry.number} shutter opened")
        try:
            if row[0] == "Moon":
                raise OverexposedError(row[0])
        finally:
            self.write(f"#{entry.number} shutter closed")
        exposure = {
            "number": len(self.exposures) + 1,
            "target": row[0],
            "seconds": order.seconds,
            "time": entry.time,
            "entry": entry.number,
        }
        self.exposures.append(exposure)
        return exposure

    def exposure(self, number):
        if not 0 < number <= len(self.exposures):
            raise Refused("unknown exposure", 404, 404, number=number)
        return self.exposures[number - 1]


def here(request: Request):
    return request.app.state.observatory


async def entry_of(observatory=Depends(here)):
    entry = observatory.begin()
    try:
        yield entry
    finally:
        observatory.end(entry)


def old_form(exposure):
    shown = {key: exposure[key] for key in ("number", "target", "seconds")}
    return {**shown, "at": exposure["time"].strftime("%H:%M")}


def new_form(exposure):
    shown = {key: exposure[key] for key in ("number", "target", "seconds", "entry")}
    return {**shown, "taken": zulu(exposure["time"])}


v1 = APIRouter()
v2 = APIRouter()


@v1.get("/status")
async def v1_status(observatory=Depends(here)):
    return {"site": observatory.site, "plates": observatory.plates - len(observatory.exposures)}


@v1.get("/targets")
async def v1_targets(entry=Depends(entry_of)):
    return {"up": [row[0] for row in TABLE if is_up(row, entry.time)]}


@v1.get("/exposures")
async def v1_exposures(observatory=Depends(here)):
    return [old_form(each) for each in observatory.exposures]


@v1.get("/exposures/{number}")
async def v1_exposure(number: int, observatory=Depends(here)):
    return old_form(observatory.exposure(number))


@v1.post("/exposures")
async def v1_take(order: Order, observatory=Depends(here), entry=Depends(entry_of)):
    return old_form(observatory.expose(entry, order))


@v2.get("/status")
async def v2_status(observatory=Depends(here), entry=Depends(entry_of)):
    left = observatory.plates - len(observatory.exposures)
    plates = {"left": left, "of": observatory.plates}
    return {"site": observatory.site, "time": zulu(entry.time), "entry": entry.number, "plates": plates}


@v2.get("/targets")
async def v2_targets(entry=Depends(entry_of)):
    rows = [
        {"name": row[0], "rises": row[1], "sets": row[2], "up": is_up(row, entry.time)} for row in TABLE
    ]
    return {"time": zulu(entry.time), "entry": entry.number, "targets": rows}


@v2.get("/exposures")
async def v2_exposures(observatory=Depends(here)):
    return {"exposures": [new_form(each) for each in observatory.exposures]}


@v2.get("/exposures/{number}")
async def v2_exposure(number: int, observatory=Depends(here)):
    return new_form(observatory.exposure(number))


@v2.post("/exposures")
async def v2_take(order: Order, observatory=Depends(here), entry=Depends(entry_of)):
    exposure = observatory.expose(entry, order)
    where = f"/v2/exposures/{exposure['number']}"
    return JSONResponse(new_form(exposure), status_code=201, headers={"Location": where})


async def refused(request: Request, error: Refused):
    if request.url.path.startswith("/v2/"):
        return JSONResponse({"error": error.kind, **error.facts}, error.new)
    return JSONResponse({"error": error.kind}, error.old)


async def error_as_json(_request: Request, error: HTTPException):
    words = {404: "not found", 405: "method not allowed"}.get(error.status_code, error.detail)
    return JSONResponse({"error": words}, error.status_code, error.headers)


async def failure_as_json(_request: Request, _error: Exception):
    return JSONResponse({"error": "internal server error"}, 500)


def create_app(config=None):
    settings = settings_of(config)

    @asynccontextmanager
    async def lifespan(app):
        app.state.observatory = Observatory(settings)
        try:
            yield
        finally:
            app.state.observatory.close()

    app = FastAPI(lifespan=lifespan, dependencies=[Depends(entry_of)])
    app.include_router(v1, include_in_schema=False)
    app.include_router(v1, prefix="/v1", deprecated=True)
    app.include_router(v2, prefix="/v2")
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(HTTPException, error_as_json)
    app.add_exception_handler(Exception, failure_as_json)
    return app
