"""Version 1: names, flat objects, and one status for most of what goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel

from .dependencies import AnEntry, AnObservatory
from .desk import Exposure
from .models import Order, Problem
from .refusals import NoPlatesError, NotUpError, Refusal, UnknownExposureError, UnknownTargetError
from .sky import TARGETS

__all__ = ["v1"]


class Status(BaseModel):
    """Which dome this is, and how many plates are left."""

    site: str
    plates: int


class Up(BaseModel):
    """The names of the targets that are up."""

    up: list[str]


class Plate(BaseModel):
    """An exposure as version 1 shows it."""

    number: int
    target: str
    seconds: int
    at: str

    @classmethod
    def of(cls, exposure: Exposure) -> Plate:
        """The exposure in this form."""
        return cls(
            number=exposure.number,
            target=exposure.target.name,
            seconds=exposure.seconds,
            at=f"{exposure.entry.time:%H:%M}",
        )


async def word_refusals() -> AsyncIterator[None]:
    """What the desk refuses, as version 1 words it: the error handler that a router does not have."""
    try:
        yield
    except Refusal as refusal:
        status, words = worded(refusal)
        raise HTTPException(status, {"error": words}) from refusal


def worded(refusal: Refusal) -> tuple[int, str]:
    """The status and the words for a refusal."""
    match refusal:
        case UnknownTargetError():
            return 404, "unknown target"
        case UnknownExposureError():
            return 404, "unknown exposure"
        case NotUpError():
            return 400, "not up"
        case NoPlatesError():
            return 400, "no plates"
    raise refusal


v1 = APIRouter(
    dependencies=[Depends(word_refusals)],
    responses={code: {"model": Problem} for code in (400, 404)},
)


@v1.get("/status")
async def read_status(observatory: AnObservatory) -> Status:
    """Which dome this is, and how many plates are left."""
    return Status(site=observatory.site, plates=observatory.desk.plates_left)


@v1.get("/targets")
async def list_targets(entry: AnEntry) -> Up:
    """The names of those that are up."""
    return Up(up=[target.name for target in TARGETS.values() if target.is_up(entry.time)])


@v1.get("/exposures")
async def list_exposures(observatory: AnObservatory) -> list[Plate]:
    """All of them."""
    return [Plate.of(exposure) for exposure in observatory.desk.exposures]


@v1.get("/exposures/{number}")
async def read_exposure(number: int, observatory: AnObservatory) -> Plate:
    """One of them."""
    return Plate.of(observatory.desk.exposure(number))


@v1.post("/exposures")
async def take_exposure(order: Order, observatory: AnObservatory, entry: AnEntry) -> Plate:
    """The one that is taken now."""
    return Plate.of(observatory.desk.take(order.target, order.seconds, entry))
