"""No database at all: dictionaries, plain functions inside the factory, a token from the operating system."""

from __future__ import annotations

import html
import secrets

from flask import Flask, jsonify, make_response, request

PEOPLE = {"ada-4f1c": ("ada", "member"), "bob-92d7": ("bob", "member"), "cleo-e03b": ("cleo", "chair")}


def create_app():
    app = Flask(__name__)
    about = {name: "" for name, _ in PEOPLE.values()}
    crops = dict(enumerate(["peas", "kale", "leeks", "beans", "chard", "plums"], 1))
    owners = dict(enumerate(["ada", "ada", "bob", "bob", "cleo", "cleo"], 1))
    diary, notices, loans, passes = [], {}, [], {}
    numbers = iter(range(1, 10**9))

    def no(status, code):
        return make_response(jsonify(error=code), status)

    def me():
        return PEOPLE[request.cookies["session"]]

    @app.before_request
    def door():
        if request.cookies.get("session") not in PEOPLE:
            return no(401, "unauthenticated")
        if request.method == "POST" and request.headers.get("Origin", "https://rookery.example") != "https://rookery.example":
            return no(403, "forbidden")
        return None

    @app.route("/me", methods=["GET", "PATCH"])
    def profile():
        name, role = me()
        if request.method == "PATCH":
            about[name] = request.json.get("about", about[name])
        return {"name": name, "role": role, "about": about[name]}

    @app.route("/diary", methods=["GET", "POST"])
    def whole_diary():
        name, _ = me()
        if request.method == "POST":
            diary.append((name, request.json["text"]))
            return {"id": len(diary), "text": diary[-1][1]}, 201
        return {"entries": [{"id": n, "text": t} for n, (o, t) in enumerate(diary, 1) if o == name]}

    @app.get("/diary/<int:n>")
    def entry(n):
        if not 0 < n <= len(diary) or diary[n - 1][0] != me()[0]:
            return no(404, "not-found")
        return {"id": n, "text": diary[n - 1][1]}

    def plot(n):
        return {"number": n, "crop": crops[n], "owner": owners[n]}

    @app.get("/plots")
    def plots():
        sort = request.args.get("sort", "number")
        if sort not in ("number", "crop", "owner"):
            return no(422, "invalid")
        return {"plots": sorted(map(plot, crops), key=lambda each: (each[sort], each["number"]))}

    @app.put("/plots/<int:n>")
    def change(n):
        name, role = me()
        if n not in crops:
            return no(404, "not-found")
        if owners[n] != name and role != "chair":
            return no(403, "forbidden")
        crops[n] = request.json["crop"]
        return plot(n)

    @app.route("/loans", methods=["GET", "POST"])
    def shed():
        if request.method == "POST":
            loans.append((me()[0], request.form["tool"]))
            return "", 303, {"Location": "/loans"}
        return {"tools": [tool for name, tool in loans if name == me()[0]]}

    @app.post("/passes")
    def new_pass():
        made = secrets.token_hex(16)
        passes[made] = me()[0]
        return {"pass": made}, 201

    @app.post("/gate")
    def gate():
        owner = passes.pop(request.json["pass"], None)
        return {"name": owner} if owner else no(403, "forbidden")

    @app.post("/notices")
    def pin():
        number = next(numbers)
        notices[number] = request.json["text"]
        return {"id": number, "text": notices[number]}, 201

    @app.delete("/notices/<int:n>")
    def unpin(n):
        if me()[1] != "chair":
            return no(403, "forbidden")
        return ("", 204) if notices.pop(n, None) is not None else no(404, "not-found")

    @app.get("/board")
    def board():
        items = "".join(f"<li class=notice> {html.escape(text)} </li>\n" for text in notices.values())
        return f"<!doctype html><html><head><title>Board</title></head><body><ul>{items}</ul></body></html>"

    @app.get("/language")
    def language():
        to = request.args.get("next", "/board")
        fine = to[:1] == "/" and to[1:2] != "/" and "\\" not in to and all(ord(each) > 31 for each in to)
        reply = make_response("", 303)
        reply.headers["Location"] = to if fine else "/board"
        reply.set_cookie("language", request.args["to"])
        return reply

    return app
