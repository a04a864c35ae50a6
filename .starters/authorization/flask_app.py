"""The allotment society's site, in Flask. Read README.md: eight of its views have a hole."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, current_app, g, json, redirect, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import DictLoader
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

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


site = Blueprint("site", __name__)
CHALLENGE: Final = WWWAuthenticate("cookie", {"cookie-name": "session"})
"""The header that every 401 needs; no registered scheme is for cookies."""


def store() -> Store:
    """The running app's tables."""
    found: Store = current_app.extensions["store"]
    return found


def require_chair() -> None:
    """Refuse everybody but the chair."""
    if g.member["role"] != "chair":
        abort(HTTPStatus.FORBIDDEN)


# TODO: eight of the views below have a hole, each of another class. Find them, close them, name them in
# flask_findings.yaml. Keep the names of the views.


@site.before_request
def identify() -> None:
    """Find out who asks, by the session in the cookie."""
    session = request.cookies.get("session", "")
    found = store().run("SELECT name, role, about FROM members WHERE session = :session", session=session)
    if not found:
        abort(HTTPStatus.UNAUTHORIZED, www_authenticate=CHALLENGE)
    g.member = found[0]


@site.get("/me")
def show_me() -> ResponseReturnValue:
    """Who asks."""
    return dict(g.member)


@site.patch("/me")
def change_me() -> ResponseReturnValue:
    """Change what the member says about themselves."""
    changed = {**g.member, **request.get_json(), "name": g.member["name"]}
    store().run("UPDATE members SET role = :role, about = :about WHERE name = :name", **changed)
    return {name: changed[name] for name in g.member}


@site.post("/diary")
def add_entry() -> ResponseReturnValue:
    """Write into one's own diary."""
    statement = "INSERT INTO diary (owner, text) VALUES (:owner, :text) RETURNING id, text"
    (entry,) = store().run(statement, owner=g.member["name"], text=request.get_json()["text"])
    return entry, HTTPStatus.CREATED


@site.get("/diary")
def list_entries() -> ResponseReturnValue:
    """One's own diary, oldest first."""
    statement = "SELECT id, text FROM diary WHERE owner = :owner ORDER BY id"
    return {"entries": store().run(statement, owner=g.member["name"])}


@site.get("/diary/<int:number>")
def show_entry(number: int) -> ResponseReturnValue:
    """An entry of one's diary."""
    found = store().run("SELECT id, text FROM diary WHERE id = :id", id=number)
    if not found:
        abort(HTTPStatus.NOT_FOUND)
    return found[0]


@site.get("/plots")
def list_plots() -> ResponseReturnValue:
    """All plots, sorted."""
    try:
        plots = store().run(PLOTS.format(request.args.get("sort", "number")))
    except sqlite3.OperationalError:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    return {"plots": plots}


@site.put("/plots/<int:number>")
def change_plot(number: int) -> ResponseReturnValue:
    """Say what grows on a plot."""
    statement = "UPDATE plots SET crop = :crop WHERE number = :number RETURNING number, crop, owner"
    found = store().run(statement, crop=request.get_json()["crop"], number=number)
    if not found:
        abort(HTTPStatus.NOT_FOUND)
    return found[0]


@site.post("/loans")
def borrow() -> ResponseReturnValue:
    """Borrow a tool: the form of the page in the shed."""
    statement = "INSERT INTO loans (owner, tool) VALUES (:owner, :tool)"
    store().run(statement, owner=g.member["name"], tool=request.form["tool"])
    return redirect("/loans", HTTPStatus.SEE_OTHER)


@site.get("/loans")
def list_loans() -> ResponseReturnValue:
    """What one has borrowed, oldest first."""
    statement = "SELECT tool FROM loans WHERE owner = :owner ORDER BY id"
    return {"tools": [loan["tool"] for loan in store().run(statement, owner=g.member["name"])]}


@site.post("/passes")
def make_pass() -> ResponseReturnValue:
    """Make a pass that opens the gate once."""
    count = store().run("SELECT count(*) AS passes FROM passes")[0]["passes"]
    made = hashlib.sha256(f"{g.member['name']}/{count}".encode()).hexdigest()
    statement = "INSERT INTO passes VALUES (:pass, :owner, 0)"
    store().run(statement, owner=g.member["name"], **{"pass": made})
    return {"pass": made}, HTTPStatus.CREATED


@site.post("/gate")
def open_gate() -> ResponseReturnValue:
    """Use a pass, and say whose it is."""
    statement = "UPDATE passes SET used = 1 WHERE pass = :pass AND used = 0 RETURNING owner AS name"
    used = store().run(statement, **{"pass": request.get_json()["pass"]})
    if not used:
        abort(HTTPStatus.FORBIDDEN)
    return used[0]


@site.post("/notices")
def add_notice() -> ResponseReturnValue:
    """Pin a notice to the board."""
    statement = "INSERT INTO notices (text) VALUES (:text) RETURNING id, text"
    (notice,) = store().run(statement, text=request.get_json()["text"])
    return notice, HTTPStatus.CREATED


@site.delete("/notices/<int:number>")
def remove_notice(number: int) -> ResponseReturnValue:
    """Take a notice down: the chair may."""
    require_chair()
    if not store().run("DELETE FROM notices WHERE id = :id RETURNING id", id=number):
        abort(HTTPStatus.NOT_FOUND)
    return Response(status=HTTPStatus.NO_CONTENT)


@site.get("/board")
def show_board() -> ResponseReturnValue:
    """The notice board, a page."""
    return render_template("board.jinja", notices=store().run("SELECT text FROM notices ORDER BY id"))


@site.get("/language")
def choose_language() -> ResponseReturnValue:
    """Remember a language, and go on to where the visitor was."""
    answer = redirect(request.args.get("next", "/board"), HTTPStatus.SEE_OTHER)
    answer.set_cookie("language", request.args.get("to", "en"), httponly=True, samesite="Lax")
    return answer


@site.app_errorhandler(HTTPException)
def word_error(error: HTTPException) -> BaseResponse:
    """Word every refusal in the same form; its headers stay."""
    response = error.get_response()
    response.data = json.dumps({"error": ERRORS.get(error.code or 0, "invalid")})
    response.content_type = "application/json"
    return response


def create_app() -> Flask:
    """Build the site with tables of its own."""
    app = Flask(__name__)
    app.extensions["store"] = Store()
    app.jinja_options = {**app.jinja_options, "loader": DictLoader({"board.jinja": BOARD_PAGE})}
    app.register_blueprint(site)
    return app
