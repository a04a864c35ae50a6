"""Plain `def` handlers, a route class that makes the entry and words refusals, and no dependency but Request."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

from fastapi import APIRouter, FastAPI, Request, Response, status
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field


class Row(NamedTuple):
    name: str
    rises: time
    sets: time

    def up(self, now: datetime) -> bool:
        after_rising = now.time() >= self.rises
        before_setting = now.time() < self.sets
        if self.rises < self.sets:
            return after_rising and before_setting
        return after_rising or before_setting


SKY = [
    Row("M13", time(9), time(23, 30)),
    Row("M31", time(14), time(6)),
    Row("M42", time(20, 30), time(7)),
    Row("M45", time(16, 30), time(8)),
    Row("M57", time(10, 30), time(1)),
    Row("Moon", time(17, 15), time(5, 45)),
    Row("Vega", time(8), time(0, 30)),
    Row("Venus", time(4, 10), time(16, 40)),
]


class Settings(BaseModel):
    SITE: str = "North dome"
    PLATES: int = 24
    LOG: str = "night.log"
    CLOCK: datetime | None = None
    TICK: int = 0

    @classmethod
    def load(cls, config: dict[str, Any] | None) -> Settings:
        told = {key: os.environ.get(f"OBSERVATORY_{key}", "") for key in cls.model_fields}
        return cls(**({key: value for key, value in told.items() if value} | dict(config or {})))


class Order(BaseModel):
    target: str
    seconds: int = Field(ge=0)


class Exposure(NamedTuple):
    number: int
    target: str
    seconds: int
    taken: datetime
    entry: int


class OverexposedError(RuntimeError):
    """The Moon."""


class Refusal(Exception):
    def __init__(self, words: str, old: int, new: int, **facts: object) -> None:
        self.words, self.old, self.new, self.facts = words, old, new, facts


class Desk:
    def __init__(self, settings: Settings, log: Callable[[str], None]) -> None:
        self.settings = settings
        self.log = log
        self.exposures: list[Exposure] = []
        self.lock = threading.Lock()
        self.entries = 0

    def next_entry(self) -> tuple[int, datetime]:
        with self.lock:
            now = datetime.now(UTC)
            if self.settings.CLOCK is not None:
                now = self.settings.CLOCK + timedelta(seconds=self.entries * self.settings.TICK)
            self.entries += 1
            return self.entries, now

    def left(self) -> int:
        return self.settings.PLATES - len(self.exposures)

    def find(self, number: int) -> Exposure:
        for exposure in self.exposures:
            if exposure.number == number:
                return exposure
        raise Refusal("unknown exposure", 404, 404, number=number)

    def take(self, order: Order, entry: int, now: datetime) -> Exposure:
        row = {row.name: row for row in SKY}.get(order.target)
        if row is None:
            raise Refusal("unknown target", 404, 404, target=order.target)
        if not row.up(now):
            raise Refusal("not up", 400, 409, target=row.name, rises=f"{row.rises:%H:%M}")
        with self.lock:
            if self.left() < 1:
                raise Refusal("no plates", 400, 409, of=self.settings.PLATES)
            with noted(self.log, f"#{entry} shutter opened", f"#{entry} shutter closed"):
                if row.name == "Moon":
                    raise OverexposedError
            exposure = Exposure(len(self.exposures) + 1, row.name, order.seconds, now, entry)
            self.exposures.append(exposure)
            return exposure


@contextmanager
def noted(log: Callable[[str], None], first: str, last: str):
    log(first)
    try:
        yield
    finally:
        log(last)


def zulu(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


class Entered(APIRoute):
    """Around the whole of FastAPI's own handling, so that it sees whatever is raised inside."""

    version = 1

    def get_route_handler(self):
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            desk = request.app.state.desk
            entry, now = desk.next_entry()
            request.state.entry, request.state.now = entry, now
            with noted(desk.log, f"#{entry} begin {zulu(now)}", f"#{entry} end"):
                try:
                    return await inner(request)
                except Refusal as refusal:
                    return self.worded(refusal)

        return handle

    def worded(self, refusal: Refusal) -> Response:
        return JSONResponse({"error": refusal.words}, refusal.old)


class EnteredNew(Entered):
    def worded(self, refusal: Refusal) -> Response:
        return JSONResponse({"error": refusal.words, **refusal.facts}, refusal.new)


def first_version(**options: Any) -> APIRouter:
    router = APIRouter(route_class=Entered, **options)

    def shown(it: Exposure) -> dict[str, Any]:
        return {"number": it.number, "target": it.target, "seconds": it.seconds, "at": f"{it.taken:%H:%M}"}

    @router.get("/status")
    def read(request: Request) -> dict[str, Any]:
        desk = request.app.state.desk
        return {"site": desk.settings.SITE, "plates": desk.left()}

    @router.get("/targets")
    def targets(request: Request) -> dict[str, list[str]]:
        return {"up": [row.name for row in SKY if row.up(request.state.now)]}

    @router.get("/exposures")
    def listed(request: Request) -> list[dict[str, Any]]:
        return [shown(each) for each in request.app.state.desk.exposures]

    @router.get("/exposures/{number}")
    def find(request: Request, number: int) -> dict[str, Any]:
        return shown(request.app.state.desk.find(number))

    @router.post("/exposures")
    def take(request: Request, order: Order) -> dict[str, Any]:
        return shown(request.app.state.desk.take(order, request.state.entry, request.state.now))

    return router


def second_version(**options: Any) -> APIRouter:
    router = APIRouter(route_class=EnteredNew, **options)

    def shown(it: Exposure) -> dict[str, Any]:
        return it._asdict() | {"taken": zulu(it.taken)}

    def stamped(request: Request, **more: Any) -> dict[str, Any]:
        return {"time": zulu(request.state.now), "entry": request.state.entry, **more}

    @router.get("/status")
    def read(request: Request) -> dict[str, Any]:
        desk = request.app.state.desk
        plates = {"left": desk.left(), "of": desk.settings.PLATES}
        return stamped(request, site=desk.settings.SITE, plates=plates)

    @router.get("/targets")
    def targets(request: Request) -> dict[str, Any]:
        rows = [
            {
                "name": row.name,
                "rises": f"{row.rises:%H:%M}",
                "sets": f"{row.sets:%H:%M}",
                "up": row.up(request.state.now),
            }
            for row in SKY
        ]
        return stamped(request, targets=rows)

    @router.get("/exposures")
    def listed(request: Request) -> dict[str, Any]:
        return {"exposures": [shown(each) for each in request.app.state.desk.exposures]}

    @router.get("/exposures/{number}")
    def find(request: Request, number: int) -> dict[str, Any]:
        return shown(request.app.state.desk.find(number))

    @router.post("/exposures", status_code=status.HTTP_201_CREATED)
    def take(request: Request, order: Order, response: Response) -> dict[str, Any]:
        exposure = request.app.state.desk.take(order, request.state.entry, request.state.now)
        response.headers["location"] = str(request.app.url_path_for("find_v2", number=exposure.number))
        return shown(exposure)

    router.routes[3].name = "find_v2"
    return router


def create_app(config: dict[str, Any] | None = None) -> FastAPI:
    settings = Settings.load(config)

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        with ExitStack() as stack:
            file = stack.enter_context(open(settings.LOG, "a", buffering=1))

            def log(line: str) -> None:
                file.write(f"{line}\n")

            stack.enter_context(noted(log, "dome opened", "dome closed"))
            stack.enter_context(noted(log, "telescope unparked", "telescope parked"))
            app.state.desk = Desk(settings, log)
            yield

    app = FastAPI(lifespan=lifespan)
    app.include_router(first_version(include_in_schema=False))
    app.include_router(first_version(prefix="/v1", deprecated=True))
    app.include_router(second_version(prefix="/v2"))

    for code, words in ((404, "not found"), (405, "method not allowed"), (500, "internal server error")):

        async def answer(_request: Request, _error: Exception, words=words, code=code) -> JSONResponse:
            return JSONResponse({"error": words}, code)

        app.add_exception_handler(code, answer)
    return app
