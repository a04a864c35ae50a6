"""A film club's site, in FastAPI: each feature twice, as a draft with a hole and fixed."""

from __future__ import annotations

import re
import sqlite3
from typing import Annotated, Literal

from fastapi import Body, Depends, FastAPI, Form, Header, HTTPException, Request, Security
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import iter_route_contexts
from fastapi.security import APIKeyCookie, SecurityScopes
from fastapi.templating import Jinja2Templates
from jinja2 import DictLoader, Environment, select_autoescape
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

__all__ = ["create_app"]

OWN_ORIGIN = "https://films.example"
MEMBERS = {"key-of-ada": ("ada", "manager"), "key-of-bob": ("bob", "guest")}
PAGE = "<ul>{% for each in reviews %}<li>{{ each }}</li>{% endfor %}</ul>"
FILMS = """
CREATE TABLE films (title TEXT, year INTEGER); CREATE TABLE cards (owner TEXT, pin TEXT);
INSERT INTO films VALUES ('Alps', 2011), ('Zorn', 1999); INSERT INTO cards VALUES ('ada', '4711');
"""
LOADER = DictLoader({"reviews.jinja": PAGE, "reviews.html": PAGE})
PAGES = Jinja2Templates(env=Environment(loader=LOADER, autoescape=select_autoescape()))


# region who
CHALLENGE = {"WWW-Authenticate": "Cookie cookie-name=key"}


def find_out_who(
    key: Annotated[str | None, Depends(APIKeyCookie(name="key", auto_error=False))],
) -> tuple[str, str]:
    """401: nobody knows who you are."""
    member = MEMBERS.get(key or "")
    if member is None:
        raise HTTPException(401, headers=CHALLENGE)
    return member


Who = Annotated[tuple[str, str], Depends(find_out_who)]
# endregion


# region what
def needs_scopes(scopes: SecurityScopes, who: Who) -> None:
    """403: it is known who you are, and you may not."""
    _, role = who
    if any(scope != role for scope in scopes.scopes):
        raise HTTPException(403)


# endregion


async def method_not_allowed(request: Request, error: StarletteHTTPException) -> Response:
    """List every method of the path in `Allow`: the router lists those of the first route that matches."""
    matching = [
        route
        for route in iter_route_contexts(request.app.routes)
        if route.matches(request.scope)[0] is Match.PARTIAL
    ]
    methods = {method for route in matching for method in route.methods or ()}
    error.headers = {"Allow": ", ".join(sorted(methods))}
    return await http_exception_handler(request, error)


def create_app() -> FastAPI:  # noqa: C901 - the lesson shows its features one by one
    """Build the site; what it stores is its own."""
    app = FastAPI(dependencies=[Depends(find_out_who)], exception_handlers={405: method_not_allowed})
    tables = sqlite3.connect(":memory:", check_same_thread=False)
    tables.executescript(FILMS)
    tickets = {1: {"owner": "ada", "seat": "C7"}, 2: {"owner": "bob", "seat": "A1"}}
    profiles = {name: {"name": name, "role": role, "motto": ""} for name, role in MEMBERS.values()}
    votes: list[str] = []
    reviews: list[str] = []

    # region scopes
    @app.get("/draft/takings", dependencies=[Security(find_out_who, scopes=["manager"])])
    def show_takings_to_anyone() -> dict[str, int]:
        return {"takings": 812}

    @app.get("/mended/takings", dependencies=[Security(needs_scopes, scopes=["manager"])])
    def show_takings() -> dict[str, int]:
        return {"takings": 812}

    # endregion

    # region tickets
    @app.get("/draft/tickets/{number}")
    def show_any_ticket(number: int) -> dict[str, str]:
        if number not in tickets:
            raise HTTPException(404)
        return tickets[number]

    @app.get("/mended/tickets/{number}")
    def show_ticket(number: int, who: Who) -> dict[str, str]:
        ticket = tickets.get(number)
        if ticket is None or ticket["owner"] != who[0]:
            raise HTTPException(404)
        return ticket

    # endregion

    # region seats
    @app.put("/draft/tickets/{number}")
    def move_any_seat(number: int, seat: Annotated[str, Body(embed=True)]) -> dict[str, str]:
        tickets[number]["seat"] = seat
        return tickets[number]

    @app.put("/mended/tickets/{number}")
    def move_seat(number: int, seat: Annotated[str, Body(embed=True)], who: Who) -> dict[str, str]:
        ticket = show_ticket(number, who)
        ticket["seat"] = seat
        return ticket

    # endregion

    # region profile
    @app.patch("/draft/profile")
    def change_whole_profile(change: dict[str, str], who: Who) -> dict[str, str]:
        profiles[who[0]].update(change)
        return profiles[who[0]]

    @app.patch("/mended/profile")
    def change_profile(who: Who, motto: Annotated[str, Body(embed=True)] = "") -> dict[str, str]:
        profiles[who[0]]["motto"] = motto
        return profiles[who[0]]

    # endregion

    # region films
    @app.get("/draft/films")
    def list_films_by_anything(by: str = "title") -> dict[str, list[str]]:
        rows = tables.execute(f"SELECT title FROM films ORDER BY {by}")  # noqa: S608 - the hole to be shown
        return {"films": [title for (title,) in rows]}

    @app.get("/mended/films")
    def list_films(by: Literal["title", "year"] = "title") -> dict[str, list[str]]:
        known = {
            "title": "SELECT title FROM films ORDER BY 1",
            "year": "SELECT title FROM films ORDER BY year",
        }
        return {"films": [title for (title,) in tables.execute(known[by])]}

    # endregion

    # region votes
    @app.post("/draft/votes")
    def vote_from_anywhere(film: Annotated[str, Form()]) -> dict[str, str]:
        votes.append(film)
        return {"voted": votes[-1]}

    @app.post("/mended/votes")
    def vote(film: Annotated[str, Form()], origin: Annotated[str, Header()] = "") -> dict[str, str]:
        if origin != OWN_ORIGIN:
            raise HTTPException(403)
        votes.append(film)
        return {"voted": votes[-1]}

    # endregion

    # region reviews
    @app.post("/draft/reviews")
    async def review_in_any_type(request: Request) -> dict[str, int]:
        reviews.append((await request.json())["text"])
        return {"reviews": len(reviews)}

    @app.post("/mended/reviews")
    def review(text: Annotated[str, Body(embed=True)]) -> dict[str, int]:
        reviews.append(text)
        return {"reviews": len(reviews)}

    # endregion

    # region page
    @app.get("/draft/page", response_class=HTMLResponse)
    def show_raw_page(request: Request) -> Response:
        return PAGES.TemplateResponse(request, "reviews.jinja", {"reviews": reviews})

    @app.get("/mended/page", response_class=HTMLResponse)
    def show_page(request: Request) -> Response:
        return PAGES.TemplateResponse(request, "reviews.html", {"reviews": reviews})

    # endregion

    # region onward
    @app.get("/draft/onward")
    def lead_anywhere(to: str) -> Response:
        return RedirectResponse(to, 303)

    own_path = re.compile(r"/(?!/)[^\\\x00-\x1f]*")

    @app.get("/mended/onward")
    def lead_on(to: str) -> Response:
        return RedirectResponse(to if own_path.fullmatch(to) else "/", 303)

    # endregion

    return app
