"""No database, no models: dictionaries, coroutines that read the request, one dependency for the whole app."""

from __future__ import annotations

import html
import uuid

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.security import APIKeyCookie

PEOPLE = {"ada-4f1c": ("ada", "member"), "bob-92d7": ("bob", "member"), "cleo-e03b": ("cleo", "chair")}
CODES = {401: "unauthenticated", 403: "forbidden", 404: "not-found", 422: "invalid"}
OWN = (None, "https://rookery.example")


async def door(request: Request, session: str | None = Depends(APIKeyCookie(name="session", auto_error=False))):
    if session not in PEOPLE:
        raise HTTPException(401)
    if request.method not in ("GET", "HEAD") and request.headers.get("origin") not in OWN:
        raise HTTPException(403)
    request.state.name, request.state.role = PEOPLE[session]


def create_app():
    app = FastAPI(dependencies=[Depends(door)])
    about = {name: "" for name, _ in PEOPLE.values()}
    crops = dict(enumerate(["peas", "kale", "leeks", "beans", "chard", "plums"], 1))
    owners = dict(enumerate(["ada", "ada", "bob", "bob", "cleo", "cleo"], 1))
    diary, notices, loans, passes = [], [], [], {}

    @app.exception_handler(HTTPException)
    async def tell(_request, error):
        return JSONResponse({"error": CODES.get(error.status_code, "invalid")}, error.status_code)

    def profile(request):
        name = request.state.name
        return {"name": name, "role": request.state.role, "about": about[name]}

    @app.get("/me")
    async def show(request: Request):
        return profile(request)

    @app.patch("/me")
    async def change_me(request: Request):
        body = await request.json()
        if body.keys() != {"about"}:
            raise HTTPException(403)
        about[request.state.name] = body["about"]
        return profile(request)

    @app.post("/diary", status_code=201)
    async def write(request: Request):
        diary.append((request.state.name, (await request.json())["text"]))
        return {"id": len(diary), "text": diary[-1][1]}

    @app.get("/diary")
    async def read(request: Request):
        return {"entries": [{"id": n, "text": t} for n, (o, t) in enumerate(diary, 1) if o == request.state.name]}

    @app.get("/diary/{number}")
    async def entry(number: int, request: Request):
        found = dict(enumerate(diary, 1)).get(number)
        if found is None or found[0] != request.state.name:
            raise HTTPException(404)
        return {"id": number, "text": found[1]}

    def plot(number):
        return {"number": number, "crop": crops[number], "owner": owners[number]}

    @app.get("/plots")
    async def plots(sort: str = "number"):
        if sort not in plot(1):
            raise HTTPException(422)
        return {"plots": sorted(map(plot, crops), key=lambda each: (each[sort], each["number"]))}

    @app.put("/plots/{number}")
    async def change(number: int, request: Request):
        if number not in crops:
            raise HTTPException(404)
        if request.state.role != "chair" and owners[number] != request.state.name:
            raise HTTPException(403)
        crops[number] = (await request.json())["crop"]
        return plot(number)

    @app.post("/loans")
    async def borrow(request: Request):
        loans.append((request.state.name, (await request.form())["tool"]))
        return RedirectResponse("/loans", 303)

    @app.get("/loans")
    async def shed(request: Request):
        return {"tools": [tool for name, tool in loans if name == request.state.name]}

    @app.post("/passes", status_code=201)
    async def make(request: Request):
        made = uuid.uuid4().hex
        passes[made] = request.state.name
        return {"pass": made}

    @app.post("/gate")
    async def gate(request: Request):
        owner = passes.pop((await request.json())["pass"], None)
        if owner is None:
            raise HTTPException(403)
        return {"name": owner}

    @app.post("/notices", status_code=201)
    async def pin(request: Request):
        notices.append((await request.json())["text"])
        return {"id": len(notices), "text": notices[-1]}

    @app.delete("/notices/{number}")
    async def unpin(number: int, request: Request):
        if request.state.role != "chair":
            raise HTTPException(403)
        if not 0 < number <= len(notices) or notices[number - 1] is None:
            raise HTTPException(404)
        notices[number - 1] = None
        return Response(status_code=204)

    @app.get("/board")
    async def board():
        items = "".join(f"<li>{html.escape(text)}</li>" for text in notices if text is not None)
        return HTMLResponse(f"<!doctype html><title>Board</title><ul>{items}</ul>")

    @app.get("/language")
    async def language(request: Request):
        to = request.query_params.get("next", "/board")
        if not to.startswith("/") or to.startswith("//") or any(each in "\\\t\r\n" or ord(each) < 32 for each in to):
            to = "/board"
        reply = RedirectResponse(to, 303)
        reply.set_cookie("language", request.query_params["to"])
        return reply

    return app
