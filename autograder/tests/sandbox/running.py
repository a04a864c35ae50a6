"""What the sandbox's tests share: writing a submission, starting it, asking it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from autograder.checks.client import Client
from autograder.checks.reply import Reply
from autograder.errors import SandboxUnavailable
from autograder.outcome import Outcome
from autograder.sandbox import Job, Limits, Sandbox, Service
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.plain import PlainSandbox
from autograder.sandbox.policy import load_policy

__all__ = ["FASTAPI", "FLASK", "ask", "job", "limits", "make", "open_sandbox", "run_code", "start", "write"]

FLASK = """
    import os, time
    from flask import Flask, request

    app = Flask(__name__)
    seen = []

    @app.get("/")
    def index():
        zone = time.tzname[0]
        here = {"client": request.remote_addr, "cwd": os.getcwd(), "zone": zone}
        return {**here, "environment": dict(os.environ)}

    @app.post("/notes")
    def note():
        seen.append(1)
        with open("notes.txt", "a") as file:
            file.write("x")
        return {}

    @app.get("/notes")
    def notes():
        return {"memory": len(seen), "file": len(open("notes.txt").read())}

    @app.get("/boom")
    def boom():
        return {}["nothing"]
"""

FASTAPI = """
    import os, time
    from fastapi import FastAPI, Request

    app = FastAPI()
    seen = []

    @app.get("/")
    def index(request: Request):
        zone = time.tzname[0]
        here = {"client": request.client.host, "cwd": os.getcwd(), "zone": zone}
        return {**here, "environment": dict(os.environ)}

    @app.post("/notes")
    def note():
        seen.append(1)
        with open("notes.txt", "a") as file:
            file.write("x")
        return {}

    @app.get("/notes")
    def notes():
        return {"memory": len(seen), "file": len(open("notes.txt").read())}

    @app.get("/boom")
    def boom():
        return {}["nothing"]
"""


def open_sandbox(name: str) -> Iterator[Sandbox]:
    """The sandbox of this name; the test is skipped, with the reason, where there is none."""
    sandbox: Sandbox = PlainSandbox() if name == "plain" else BubblewrapSandbox(warm=name == "warm")
    try:
        sandbox.check_available()
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    yield sandbox


def limits(**changes: Any) -> Limits:
    """The policy's limits with these changed."""
    return replace(load_policy().limits, **changes)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files of a submission; the texts may be indented."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return folder


def job(folder: Path, framework: str, **changes: Any) -> Job:
    """A job that serves the folder's app of one framework."""
    protocol: Any = {"flask": "wsgi", "fastapi": "asgi"}[framework]
    return replace(
        Job(files=folder, limits=limits(), protocol=protocol, module=f"{framework}_app"), **changes
    )


def make(folder: Path, framework: str, **changes: Any) -> Job:
    """A job that serves the toy app of one framework."""
    write(folder, {f"{framework}_app.py": FLASK if framework == "flask" else FASTAPI})
    return job(folder, framework, **changes)


def start(sandbox: Sandbox, work: Job) -> Service:
    """A service that answers; fails with the learner's own words when it does not."""
    service = sandbox.serve(work)
    assert service.wait_started(), service.kill()
    return service


def ask(service: Service, target: str = "/", method: str = "GET", app: int = 0) -> Reply:
    """One request, to the app of this number."""
    client = Client(service.addresses[app], wall_s=20, max_bytes=1 << 20)
    return client(method, target, {}, None)


def run_code(sandbox: Sandbox, folder: Path, code: str, **changes: Any) -> Outcome:
    """Run a script behind the wall, to its end or to a limit."""
    write(folder, {"script.py": code})
    return sandbox.run(replace(Job(files=folder, limits=limits(), command=("script.py",)), **changes))
