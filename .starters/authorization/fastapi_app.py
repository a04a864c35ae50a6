"""The allotment society's site, in FastAPI. Read README.md: eight of its views have a hole."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, FastAPI, Form, HTTPException, Query, Request, Response, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.routing import iter_route_contexts
from fastapi.security import APIKeyCookie
from fastapi.templating import Jinja2Templates
from jinja2 import DictLoader, Environment, select_autoescape
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

__all__ = ["create_app"]

SITE: Final = "https://rookery.example"
"""The origin of the society's own pages."""

BOARD_PAGE: Final = """<!doctype html>
<title>Notice board</title>
<ul>
{% for notice in notices %}<li>{{ notice.text }}</li>
{% endfor %}</ul>
"""

SCHEMA: Final = """
CREATE TABLE members (name TEXT PRIMARY KEY, session TEXT, role TEXT, about TEXT);
CREATE TABLE diary (id INTEGER PRIMARY KEY, owner TEXT, text TEXT);
CREATE TABLE plots (number INTEGER PRIMARY KEY, crop TEXT, owner TEXT);
CREATE TABLE loans (id INTEGER PRIMARY KEY, owner TEXT, tool TEXT);
CREATE TABLE passes (pass TEXT, owner TEXT, used INTEGER);
CREATE TABLE notices (id INTEGER PRIMARY KEY, text TEXT);
INSERT INTO members VALUES ('ada', 'ada-4f1c', 'member', ''), ('bob', 'bob-92d7', 'member', ''),
    ('cleo', 'cleo-e03b', 'chair', '');
INSERT INTO plots VALUES (1, 'peas', 'ada'), (2, 'kale', 'ada'), (3, 'leeks', 'bob'), (4, 'beans', 'bob'),
    (5, 'chard', 'cleo'), (6, 'plums', 'cleo');
"""

ERRORS: Final = {401: "unauthenticated", 403: "forbidden", 404: "not-found"}
PLOTS: Final = "SELECT number, crop, owner FROM plots ORDER BY {}, number"

TEMPLATES: Final = Jinja2Templates(
    env=Environment(loader=DictLoader({"board.jinja": BOARD_PAGE}), autoescape=select_autoescape())
)


class Store:
    """The society's tables, in memory; one statement at a time, whichever thread asks."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)
        self._lock = threading.Lock()

    def run(self, statement: str, **values: object) -> list[dict[str, Any]]:
        """Run one statement with bound values; the rows that it returns."""
        with self._lock:
            return [dict(row) for row in self._db.execute(statement, values)]


class Member(BaseModel):
    """Somebody of the society."""

    name: str
    role: Literal["member", "chair"]
    about: str


class ProfileChange(BaseModel):
    """What is changed about a member; what is absent stays."""

    role: Literal["member", "chair"] | None = None
    about: str | None = None


class TextSent(BaseModel):
    """Something to write down."""

    text: str


class Written(TextSent):
    """Something that was written down."""

    id: int


class Entries(BaseModel):
    """A diary."""

    entries: list[Written]


class CropSent(BaseModel):
    """What is to grow on a plot."""

    crop: str


class Plot(CropSent):
    """A plot of the allotments."""

    number: int
    owner: str


class Plots(BaseModel):
    """Some plots."""

    plots: list[Plot]


class Tools(BaseModel):
    """What somebody has borrowed."""

    tools: list[str]


class GatePass(BaseModel):
    """A pass for the gate."""

    token: Annotated[str, Field(alias="pass")]


class Holder(BaseModel):
    """Whose a pass is."""

    name: str


class Problem(BaseModel):
    """The code of an error."""

    error: str


def the_store(request: Request) -> Store:
    """The running app's tables."""
    found: Store = request.app.state.store
    return found


Tables = Annotated[Store, Depends(the_store)]
SESSION: Final = APIKeyCookie(name="session", auto_error=False)
CHALLENGE: Final = {"WWW-Authenticate": "Cookie cookie-name=session"}
"""The header that every 401 needs; no registered scheme is for cookies."""


def identify(store: Tables, session: Annotated[str | None, Depends(SESSION)]) -> Member:
    """Find out who asks, by the session in the cookie."""
    found = store.run("SELECT name, role, about FROM members WHERE session = :session", session=session)
    if not found:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, headers=CHALLENGE)
    return Member(**found[0])


Me = Annotated[Member, Depends(identify)]


def require_chair(me: Me) -> None:
    """Refuse everybody but the chair."""
    if me.role != "chair":
        raise HTTPException(status.HTTP_403_FORBIDDEN)


# TODO: eight of the views below have a hole, each of another class. Find them, close them, name them in
# fastapi_findings.yaml. Keep the names of the views.

# Who asks is found out before every view, also before those that do not name it.
site = APIRouter(
    dependencies=[Depends(identify)],
    responses={code: {"model": Problem} for code in (400, 401, 403, 404, 422)},
)


@site.get("/me")
def show_me(me: Me) -> Member:
    """Who asks."""
    return me


@site.patch("/me")
def change_me(change: ProfileChange, me: Me, store: Tables) -> Member:
    """Change what the member says about themselves."""
    changed = me.model_copy(update=change.model_dump(exclude_none=True))
    statement = "UPDATE members SET role = :role, about = :about WHERE name = :name"
    store.run(statement, **changed.model_dump())
    return changed


@site.post("/diary", status_code=status.HTTP_201_CREATED)
def add_entry(sent: TextSent, me: Me, store: Tables) -> Written:
    """Write into one's own diary."""
    statement = "INSERT INTO diary (owner, text) VALUES (:owner, :text) RETURNING id, text"
    (entry,) = store.run(statement, owner=me.name, text=sent.text)
    return Written(**entry)


@site.get("/diary")
def list_entries(me: Me, store: Tables) -> Entries:
    """One's own diary, oldest first."""
    statement = "SELECT id, text FROM diary WHERE owner = :owner ORDER BY id"
    return Entries.model_validate({"entries": store.run(statement, owner=me.name)})


@site.get("/diary/{number}")
def show_entry(number: int, store: Tables) -> Written:
    """An entry of one's diary."""
    found = store.run("SELECT id, text FROM diary WHERE id = :id", id=number)
    if not found:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return Written(**found[0])


@site.get("/plots")
def list_plots(store: Tables, sort: str = "number") -> Plots:
    """All plots, sorted."""
    try:
        plots = store.run(PLOTS.format(sort))
    except sqlite3.OperationalError as error:
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT) from error
    return Plots.model_validate({"plots": plots})


@site.put("/plots/{number}")
def change_plot(number: int, sent: CropSent, store: Tables) -> Plot:
    """Say what grows on a plot."""
    statement = "UPDATE plots SET crop = :crop WHERE number = :number RETURNING number, crop, owner"
    found = store.run(statement, crop=sent.crop, number=number)
    if not found:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return Plot(**found[0])


@site.post("/loans")
def borrow(tool: Annotated[str, Form()], me: Me, store: Tables) -> RedirectResponse:
    """Borrow a tool: the form of the page in the shed."""
    store.run("INSERT INTO loans (owner, tool) VALUES (:owner, :tool)", owner=me.name, tool=tool)
    return RedirectResponse("/loans", status.HTTP_303_SEE_OTHER)


@site.get("/loans")
def list_loans(me: Me, store: Tables) -> Tools:
    """What one has borrowed, oldest first."""
    loans = store.run("SELECT tool FROM loans WHERE owner = :owner ORDER BY id", owner=me.name)
    return Tools(tools=[loan["tool"] for loan in loans])


@site.post("/passes", status_code=status.HTTP_201_CREATED)
def make_pass(me: Me, store: Tables) -> GatePass:
    """Make a pass that opens the gate once."""
    count = store.run("SELECT count(*) AS passes FROM passes")[0]["passes"]
    made = hashlib.sha256(f"{me.name}/{count}".encode()).hexdigest()
    statement = "INSERT INTO passes VALUES (:pass, :owner, 0)"
    store.run(statement, owner=me.name, **{"pass": made})
    return GatePass(**{"pass": made})


@site.post("/gate")
def open_gate(shown: GatePass, store: Tables) -> Holder:
    """Use a pass, and say whose it is."""
    statement = "UPDATE passes SET used = 1 WHERE pass = :pass AND used = 0 RETURNING owner AS name"
    used = store.run(statement, **{"pass": shown.token})
    if not used:
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return Holder(**used[0])


@site.post("/notices", status_code=status.HTTP_201_CREATED)
def add_notice(sent: TextSent, store: Tables) -> Written:
    """Pin a notice to the board."""
    (notice,) = store.run("INSERT INTO notices (text) VALUES (:text) RETURNING id, text", text=sent.text)
    return Written(**notice)


@site.delete(
    "/notices/{number}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[Depends(require_chair)]
)
def remove_notice(number: int, store: Tables) -> None:
    """Take a notice down: the chair may."""
    if not store.run("DELETE FROM notices WHERE id = :id RETURNING id", id=number):
        raise HTTPException(status.HTTP_404_NOT_FOUND)


@site.get("/board", response_class=HTMLResponse)
def show_board(request: Request, store: Tables) -> Response:
    """The notice board, a page."""
    notices = store.run("SELECT text FROM notices ORDER BY id")
    return TEMPLATES.TemplateResponse(request, "board.jinja", {"notices": notices})


@site.get("/language")
def choose_language(
    to: str = "en", address: Annotated[str, Query(alias="next")] = "/board"
) -> RedirectResponse:
    """Remember a language, and go on to where the visitor was."""
    answer = RedirectResponse(address, status.HTTP_303_SEE_OTHER)
    # Starlette encodes headers as Latin-1. Passed on as Latin-1, the bytes of UTF-8 arrive, as in Flask.
    answer.set_cookie("language", to.encode().decode("latin-1"), httponly=True, samesite="lax")
    return answer


async def tell_error(_request: Request, error: StarletteHTTPException) -> Response:
    """Word every refusal in the same form; its headers stay."""
    body = {"error": ERRORS.get(error.status_code, "invalid")}
    return JSONResponse(body, error.status_code, error.headers)


async def method_not_allowed(request: Request, error: StarletteHTTPException) -> Response:
    """List every method of the path in `Allow`: the router lists those of the first route that matches."""
    matching = [
        route
        for route in iter_route_contexts(request.app.routes)
        if route.matches(request.scope)[0] is Match.PARTIAL
    ]
    methods = {method for route in matching for method in route.methods or ()}
    error.headers = {"Allow": ", ".join(sorted(methods))}
    return await tell_error(request, error)


async def tell_invalid(_request: Request, _error: RequestValidationError) -> Response:
    """Word what does not fit a model in that form, too."""
    return JSONResponse({"error": "invalid"}, status.HTTP_422_UNPROCESSABLE_CONTENT)


def create_app() -> FastAPI:
    """Build the site with tables of its own."""
    app = FastAPI(
        title="Rookery Lane",
        exception_handlers={
            StarletteHTTPException: tell_error,
            405: method_not_allowed,
            RequestValidationError: tell_invalid,
        },
    )
    app.state.store = Store()
    app.include_router(site)
    return app
