"""Version 2: whole targets, instants, the request's entry, and a status for each kind of refusal."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel

from .clock import as_text
from .dependencies import AnEntry, AnObservatory
from .desk import Exposure
from .models import Order, Problem
from .refusals import NoPlatesError, NotUpError, Refusal, UnknownExposureError, UnknownTargetError
from .sky import TARGETS

__all__ = ["v2"]


class Asked(BaseModel):
    """When this was asked, and under which entry it stands in the log."""

    time: str
    entry: int


class Plates(BaseModel):
    """What is left of the plates."""

    left: int
    of: int


class Status(Asked):
    """Which dome this is, and what is left of its plates."""

    site: str
    plates: Plates


class Target(BaseModel):
    """A target, and whether it is up."""

    name: str
    rises: str
    sets: str
    up: bool


class Targets(Asked):
    """All targets."""

    targets: list[Target]


class Plate(BaseModel):
    """An exposure as version 2 shows it."""

    number: int
    target: str
    seconds: int
    taken: str
    entry: int

    @classmethod
    def of(cls, exposure: Exposure) -> Plate:
        """The exposure in this form."""
        return cls(
            number=exposure.number,
            target=exposure.target.name,
            seconds=exposure.seconds,
            taken=as_text(exposure.entry.time),
            entry=exposure.entry.number,
        )


class Shelf(BaseModel):
    """All exposures."""

    exposures: list[Plate]


async def word_refusals() -> AsyncIterator[None]:
    """What the desk refuses, as version 2 words it: the error handler that a router does not have."""
    try:
        yield
    except Refusal as refusal:
        status, problem = worded(refusal)
        raise HTTPException(status, problem) from refusal


def worded(refusal: Refusal) -> tuple[int, dict[str, object]]:
    """The status and the body for a refusal."""
    match refusal:
        case UnknownTargetError(name=name):
            return 404, {"error": "unknown target", "target": name}
        case UnknownExposureError(number=number):
            return 404, {"error": "unknown exposure", "number": number}
        case NotUpError(target=target):
            return 409, {"error": "not up", "target": target.name, "rises": f"{target.rises:%H:%M}"}
        case NoPlatesError(plates=plates):
            return 409, {"error": "no plates", "of": plates}
    raise refusal


v2 = APIRouter(
    dependencies=[Depends(word_refusals)],
    responses={code: {"model": Problem} for code in (400, 404, 409)},
)


@v2.get("/status")
async def read_status(observatory: AnObservatory, entry: AnEntry) -> Status:
    """Which dome this is, what time it is there, and what is left of its plates."""
    desk = observatory.desk
    plates = Plates(left=desk.plates_left, of=desk.plates)
    return Status(site=observatory.site, time=as_text(entry.time), entry=entry.number, plates=plates)


@v2.get("/targets")
async def list_targets(entry: AnEntry) -> Targets:
    """All targets, and whether each is up."""
    targets = [
        Target(
            name=target.name,
            rises=f"{target.rises:%H:%M}",
            sets=f"{target.sets:%H:%M}",
            up=target.is_up(entry.time),
        )
        for target in TARGETS.values()
    ]
    return Targets(time=as_text(entry.time), entry=entry.number, targets=targets)


@v2.get("/exposures")
async def list_exposures(observatory: AnObservatory) -> Shelf:
    """All of them."""
    return Shelf(exposures=[Plate.of(exposure) for exposure in observatory.desk.exposures])


@v2.get("/exposures/{number}")
async def read_exposure(number: int, observatory: AnObservatory) -> Plate:
    """One of them."""
    return Plate.of(observatory.desk.exposure(number))


@v2.post("/exposures", status_code=201)
async def take_exposure(
    order: Order, observatory: AnObservatory, entry: AnEntry, request: Request, response: Response
) -> Plate:
    """The one that is taken now, and where it is found."""
    exposure = observatory.desk.take(order.target, order.seconds, entry)
    collection = request.url.path
    response.headers["Location"] = f"{collection}/{exposure.number}"
    return Plate.of(exposure)
