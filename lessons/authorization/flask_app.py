"""A film club's site, in Flask: each feature twice, as a draft with a hole and fixed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, abort, g, redirect, render_template, request
from jinja2 import DictLoader
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.wrappers import Response

__all__ = ["create_app"]

OWN_ORIGIN = "https://films.example"
MEMBERS = {"key-of-ada": ("ada", "manager"), "key-of-bob": ("bob", "guest")}
PAGE = "<ul>{% for each in reviews %}<li>{{ each }}</li>{% endfor %}</ul>"
FILMS = """
CREATE TABLE films (title TEXT, year INTEGER); CREATE TABLE cards (owner TEXT, pin TEXT);
INSERT INTO films VALUES ('Alps', 2011), ('Zorn', 1999); INSERT INTO cards VALUES ('ada', '4711');
"""


# region who
CHALLENGE = WWWAuthenticate("cookie", {"cookie-name": "key"})


def find_out_who() -> None:
    """401: nobody knows who you are."""
    member = MEMBERS.get(request.cookies.get("key", ""))
    if member is None:
        abort(401, www_authenticate=CHALLENGE)
    g.name, g.role = member


# endregion


# region what
def needs(role: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """403: it is known who you are, and you may not."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if g.role != role:
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate


# endregion


def create_app() -> Flask:  # noqa: C901 - the lesson shows its features one by one
    """Build the site; what it stores is its own."""
    app = Flask(__name__)
    app.before_request(find_out_who)
    app.jinja_options = {"loader": DictLoader({"reviews.jinja": PAGE, "reviews.html": PAGE})}
    tables = sqlite3.connect(":memory:", check_same_thread=False)
    tables.executescript(FILMS)
    tickets = {1: {"owner": "ada", "seat": "C7"}, 2: {"owner": "bob", "seat": "A1"}}
    profiles = {name: {"name": name, "role": role, "motto": ""} for name, role in MEMBERS.values()}
    votes: list[str] = []
    reviews: list[str] = []

    # region scopes
    @app.get("/draft/takings")
    def show_takings_to_anyone() -> dict[str, object]:
        return {"takings": 812}

    @app.get("/mended/takings")
    @needs("manager")
    def show_takings() -> dict[str, object]:
        return {"takings": 812}

    # endregion

    # region tickets
    @app.get("/draft/tickets/<int:number>")
    def show_any_ticket(number: int) -> dict[str, str]:
        return tickets.get(number) or abort(404)

    @app.get("/mended/tickets/<int:number>")
    def show_ticket(number: int) -> dict[str, str]:
        ticket = tickets.get(number)
        if ticket is None or ticket["owner"] != g.name:
            abort(404)
        return ticket

    # endregion

    # region seats
    @app.put("/draft/tickets/<int:number>")
    def move_any_seat(number: int) -> dict[str, str]:
        tickets[number]["seat"] = request.get_json()["seat"]
        return tickets[number]

    @app.put("/mended/tickets/<int:number>")
    def move_seat(number: int) -> dict[str, str]:
        ticket = show_ticket(number)
        ticket["seat"] = request.get_json()["seat"]
        return ticket

    # endregion

    # region profile
    @app.patch("/draft/profile")
    def change_whole_profile() -> dict[str, str]:
        profiles[g.name].update(request.get_json())
        return profiles[g.name]

    @app.patch("/mended/profile")
    def change_profile() -> dict[str, str]:
        profiles[g.name]["motto"] = request.get_json().get("motto", "")
        return profiles[g.name]

    # endregion

    # region films
    @app.get("/draft/films")
    def list_films_by_anything() -> dict[str, object]:
        by = request.args.get("by", "title")
        rows = tables.execute(f"SELECT title FROM films ORDER BY {by}")  # noqa: S608 - the hole to be shown
        return {"films": [title for (title,) in rows]}

    @app.get("/mended/films")
    def list_films() -> dict[str, object]:
        known = {
            "title": "SELECT title FROM films ORDER BY 1",
            "year": "SELECT title FROM films ORDER BY year",
        }
        rows = tables.execute(known.get(request.args.get("by", "title")) or abort(422))
        return {"films": [title for (title,) in rows]}

    # endregion

    # region votes
    @app.post("/draft/votes")
    def vote_from_anywhere() -> dict[str, object]:
        votes.append(request.form["film"])
        return {"voted": votes[-1]}

    @app.post("/mended/votes")
    def vote() -> dict[str, object]:
        if request.headers.get("Origin") != OWN_ORIGIN:
            abort(403)
        votes.append(request.form["film"])
        return {"voted": votes[-1]}

    # endregion

    # region reviews
    @app.post("/draft/reviews")
    def review_in_any_type() -> dict[str, object]:
        reviews.append(request.get_json(force=True)["text"])
        return {"reviews": len(reviews)}

    @app.post("/mended/reviews")
    def review() -> dict[str, object]:
        reviews.append(request.get_json()["text"])
        return {"reviews": len(reviews)}

    # endregion

    # region page
    @app.get("/draft/page")
    def show_raw_page() -> str:
        return render_template("reviews.jinja", reviews=reviews)

    @app.get("/mended/page")
    def show_page() -> str:
        return render_template("reviews.html", reviews=reviews)

    # endregion

    # region onward
    @app.get("/draft/onward")
    def lead_anywhere() -> Response:
        return redirect(request.args["to"], 303)

    own_path = re.compile(r"/(?!/)[^\\\x00-\x1f]*")

    @app.get("/mended/onward")
    def lead_on() -> Response:
        to = request.args["to"]
        return redirect(to if own_path.fullmatch(to) else "/", 303)

    # endregion

    return app
