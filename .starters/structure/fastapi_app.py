"""The observatory's night desk, in FastAPI, as it grew: one file. Read README.md, then take it apart.

TODO: a package fastapi_app/ in place of this file, with /v1 and /v2, settings, a clock and a log as README.md
states them. Moving the lines is the smaller part: each TODO below marks something that one file, one dome and
one clock made easy, and that no longer works.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

__all__ = ["create_app"]

# TODO: settings of one app, and not of the module: README.md says where each is looked up.
SITE = "North dome"
PLATES = 24
LOG = "night.log"

WORDS = {404: "not found", 405: "method not allowed", 500: "internal server error"}

# name: rises, sets. Text compares as the times do.
TARGETS = {
    "M13": ("09:00", "23:30"),
    "M31": ("14:00", "06:00"),
    "M42": ("20:30", "07:00"),
    "M45": ("16:30", "08:00"),
    "M57": ("10:30", "01:00"),
    "Moon": ("17:15", "05:45"),
    "Vega": ("08:00", "00:30"),
    "Venus": ("04:10", "16:40"),
}

# TODO: a second app of this process would find the exposures of the first one here.
EXPOSURES: list[dict[str, object]] = []
ENTRIES = itertools.count(1)


class Order(BaseModel):
    """An exposure that somebody wants."""

    target: str
    seconds: int


class OverexposedError(Exception):
    """The target was too bright for the plate."""


class RefusedError(Exception):
    """Something that the desk does not do, with the status and the words of version 1."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


def now() -> datetime:
    """The present instant."""
    # TODO: a clock that can be set, read once a request. Who calls this function, and how often?
    return datetime.now(UTC)


def is_up(name: str) -> bool:
    """Whether a target is up at this moment."""
    rises, sets = TARGETS[name]
    clock = now().strftime("%H:%M")
    if rises <= sets:
        return rises <= clock < sets
    return clock >= rises or clock < sets


def write(line: str) -> None:
    """Append a line to the log."""
    # TODO: the file is opened for each line. Open it once, and close it when the app stops.
    with Path(LOG).open("a", encoding="utf-8") as log:
        log.write(f"{line}\n")


def expose(name: str) -> None:
    """Let the light fall on the plate."""
    if name == "Moon":
        raise OverexposedError(name)


def open_entry() -> int:
    """Begin a request: open the dome, write the entry's first line, return its number."""
    # TODO: the dome is opened and closed with each request. Once per app is enough.
    write("dome opened")
    write("telescope unparked")
    number = next(ENTRIES)
    write(f"#{number} begin {now().strftime('%Y-%m-%dT%H:%M:%SZ')}")
    return number


def close_entry(number: int) -> None:
    """End a request: write the entry's last line, close the dome."""
    write(f"#{number} end")
    write("telescope parked")
    write("dome closed")


async def word_error(_request: Request, error: Exception) -> JSONResponse:
    """Word what no handler answered: an error of the router, or one that nobody foresaw."""
    status = getattr(error, "status_code", 500)
    return JSONResponse({"error": WORDS[status]}, status_code=status)


def create_app(config: Mapping[str, object] | None = None) -> FastAPI:  # noqa: C901 - one long function is what is to be taken apart
    """Build the app."""
    # TODO: look at the mapping. And each handler below begins and ends its entry: what if it raises?
    del config
    app = FastAPI(title="Night desk")

    @app.get("/status")
    async def read_status() -> dict[str, object]:
        entry = open_entry()
        answer: dict[str, object] = {"site": SITE, "plates": PLATES - len(EXPOSURES)}
        close_entry(entry)
        return answer

    @app.get("/targets")
    async def list_targets() -> dict[str, object]:
        entry = open_entry()
        answer: dict[str, object] = {"up": [name for name in TARGETS if is_up(name)]}
        close_entry(entry)
        return answer

    @app.get("/exposures")
    async def list_exposures() -> list[dict[str, object]]:
        entry = open_entry()
        close_entry(entry)
        return EXPOSURES

    @app.get("/exposures/{number}")
    async def read_exposure(number: int) -> dict[str, object]:
        entry = open_entry()
        if not 1 <= number <= len(EXPOSURES):
            raise RefusedError(404, "unknown exposure")
        close_entry(entry)
        return EXPOSURES[number - 1]

    @app.post("/exposures")
    async def take_exposure(order: Order) -> dict[str, object]:
        entry = open_entry()
        if order.target not in TARGETS:
            raise RefusedError(404, "unknown target")
        if not is_up(order.target):
            raise RefusedError(400, "not up")
        if len(EXPOSURES) >= PLATES:
            raise RefusedError(400, "no plates")
        write(f"#{entry} shutter opened")
        expose(order.target)
        write(f"#{entry} shutter closed")
        exposure: dict[str, object] = {
            "number": len(EXPOSURES) + 1,
            "target": order.target,
            "seconds": order.seconds,
            "at": now().strftime("%H:%M"),
        }
        EXPOSURES.append(exposure)
        close_entry(entry)
        return exposure

    # TODO: version 2 words the same refusals in another way.
    @app.exception_handler(RefusedError)
    async def refuse(_request: Request, error: RefusedError) -> JSONResponse:
        return JSONResponse({"error": error.words}, status_code=error.status)

    for status in WORDS:
        app.add_exception_handler(status, word_error)

    return app
