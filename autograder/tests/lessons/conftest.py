"""A course in miniature to show, build and break; and the site of the real one, built once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import autograder
from autograder.catalog import load
from autograder.frameworks import FRAMEWORKS
from autograder.site.build import Site, build_site
from sidebyside.hosts import Host, close_hosts, open_host
from sidebyside.places import ROOT_VARIABLE, AppFile, load_app

COURSE = Path(autograder.__file__).parents[1]
TOY = Path(__file__).parents[1] / "toy"

FLASK = """
from flask import Flask, abort, request

def create_app():
    app = Flask(__name__)
    kept = []

    # region hello
    @app.get("/hello/<name>")
    def hello(name: str) -> dict[str, str]:
        return {"hello": name}
    # endregion

    # region notes
    @app.post("/notes")
    def add() -> tuple[dict[str, int], int]:
        kept.append(request.get_json())
        return {"notes": len(kept)}, 201
    # endregion

    @app.get("/broken")
    def broken() -> dict[str, str]:
        raise RuntimeError("on purpose")

    @app.get("/html")
    def page() -> str:
        return "<script>alert(1)</script>"

    return app
"""
FASTAPI = """
from contextlib import asynccontextmanager
from fastapi import Body, FastAPI
from fastapi.responses import HTMLResponse

def create_app():
    kept = []
    begun = []

    @asynccontextmanager
    async def lifespan(app):
        begun.append(True)
        yield

    app = FastAPI(lifespan=lifespan)

    # region hello
    @app.get("/hello/{name}")
    async def hello(name: str) -> dict[str, str]:
        return {"hello": name}
    # endregion

    # region notes
    @app.post("/notes", status_code=201)
    async def add(note: dict = Body()) -> dict[str, int]:
        kept.append(note)
        return {"notes": len(kept)}
    # endregion

    @app.get("/broken")
    async def broken() -> dict[str, str]:
        raise RuntimeError("on purpose")

    @app.get("/begun")
    async def show() -> dict[str, int]:
        return {"begun": len(begun)}

    @app.get("/html")
    async def page() -> HTMLResponse:
        return HTMLResponse("<script>alert(1)</script>")

    return app
"""

Write = Callable[[str, str], Path]
Open = Callable[[str, str, str], Host]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes below the lessons of a course that `sidebyside` then stands in; the pair `talk` is there."""
    course = tmp_path / "a course"
    (course / "exercises").mkdir(parents=True)

    def file(name: str, text: str) -> Path:
        path = course / "lessons" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    file("talk/flask_app.py", FLASK)
    file("talk/fastapi_app.py", FASTAPI)
    monkeypatch.setenv(ROOT_VARIABLE, str(course))
    yield file
    close_hosts()


@pytest.fixture
def open_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """A host of the app of a tree, a topic and a framework."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_KEYS", "k1:a-key-of-this-test-alone")
    hosts: list[Host] = []

    def open_one(tree: str, topic: str, framework: str) -> Host:
        kind = FRAMEWORKS[framework]
        path = COURSE / tree / topic / f"{kind.module}.py"
        hosts.append(open_host(load_app(AppFile(topic, kind, path)), kind.protocol))
        return hosts[-1]

    yield open_one
    for each in hosts:
        each.close()


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A copy of the toy course that a site can be built from."""
    course = tmp_path / "toy course"
    shutil.copytree(TOY, course)
    for name in ("conf.py", "_static"):
        source = COURSE / "lessons" / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, course / "lessons" / name)
    (course / "lessons" / "index.md").write_text("# Toy\n\n<!-- the course map -->\n", encoding="utf-8")
    return course


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The real course's site, executed afresh."""
    return build_site(load(COURSE), tmp_path_factory.mktemp("a site"), fresh=True)
