"""What both sandboxes promise of an app that is served."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.checks.expect import AppGone
from autograder.sandbox import Address, Sandbox
from autograder.sandbox.relay import connect
from autograder.tests.sandbox.running import FLASK, ask, job, make, start, write

FIXED = {
    "PATH",
    "HOME",
    "LANG",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUTF8",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
}


def test_an_app_answers_and_sees_a_loopback_client(sandbox: Sandbox, framework: str, tmp_path: Path) -> None:
    with start(sandbox, make(tmp_path, framework)) as service:
        assert ask(service).json()["client"] == "127.0.0.1"  # type: ignore[index]


def test_a_client_that_connects_before_the_app_listens_is_answered(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    with sandbox.serve(make(tmp_path, framework)) as service:
        assert ask(service).status == 200


def test_the_environment_is_the_declared_one_and_a_fixed_few(
    sandbox: Sandbox, framework: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_SECRET", "of the grader")
    work = make(tmp_path, framework, environment={"DATABASE": "sqlite:///notes.db"})
    with start(sandbox, work) as service:
        seen = ask(service).json()["environment"]  # type: ignore[index]
    assert seen["DATABASE"] == "sqlite:///notes.db"
    assert set(seen) - {"DATABASE"} <= FIXED


def test_a_restart_keeps_files_and_loses_memory(sandbox: Sandbox, framework: str, tmp_path: Path) -> None:
    with start(sandbox, make(tmp_path, framework)) as service:
        before = service.addresses
        ask(service, "/notes", "POST")
        assert ask(service, "/notes").json() == {"memory": 1, "file": 1}
        assert service.restart()
        assert ask(service, "/notes").json() == {"memory": 0, "file": 1}
        assert service.addresses == before
    assert not (tmp_path / "notes.txt").exists()


def test_a_restart_can_add_variables_for_that_start_alone(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    with start(sandbox, make(tmp_path, framework, environment={"CLOCK": "noon", "ZONE": "UTC"})) as service:
        seen = [ask(service).json()["environment"]]  # type: ignore[index]
        for extra in ({"CLOCK": "midnight"}, None):
            assert service.restart(extra)
            seen.append(ask(service).json()["environment"])  # type: ignore[index]
    assert [(each["CLOCK"], each["ZONE"]) for each in seen] == [
        ("noon", "UTC"),
        ("midnight", "UTC"),
        ("noon", "UTC"),
    ]


def test_the_time_zone_of_a_restart_is_that_of_the_apps_clock(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    with start(sandbox, make(tmp_path, framework, environment={"TZ": "EAST-1"})) as service:
        zones = [ask(service).json()["zone"]]  # type: ignore[index]
        assert service.restart({"TZ": "WEST+9"})
        zones.append(ask(service).json()["zone"])  # type: ignore[index]
    assert zones == ["EAST", "WEST"]


LEAVING = {
    "flask": """
        import atexit, os
        from flask import Flask

        app = Flask(__name__)

        @atexit.register
        def leave():
            with open("audit.log", "a") as log:
                log.write("closed;")
    """,
    "fastapi": """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        @asynccontextmanager
        async def lifespan(app):
            yield
            with open("audit.log", "a") as log:
                log.write("closed;")

        app = FastAPI(lifespan=lifespan)
    """,
}


def test_what_the_ended_process_left_can_be_read_after_each_restart(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    write(tmp_path, {f"{framework}_app.py": LEAVING[framework]})
    with start(sandbox, job(tmp_path, framework, results={"audit.log": 10, "other": 10})) as service:
        left = [dict(service.left)]
        for _ in range(2):
            assert service.restart()
            left.append(dict(service.left))
        outcome = service.kill()
    assert left == [{}, {"audit.log": b"closed;"}, {"audit.log": b"closed;clo"}]
    assert outcome.results == {"audit.log": b"closed;clo"}


SEVERAL = {
    "flask": """
        import atexit
        from flask import Flask

        total = []

        def create_app(config):
            app = Flask(__name__)
            own = []
            atexit.register(print, "goodbye", config.get("name"))

            @app.post("/")
            def note():
                own.append(1)
                total.append(1)
                return {"name": config.get("name"), "own": len(own), "total": len(total)}

            return app
    """,
    "fastapi": """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        total = []

        def create_app(config):
            own = []

            @asynccontextmanager
            async def lifespan(app):
                yield
                print("goodbye", config.get("name"))

            app = FastAPI(lifespan=lifespan)

            @app.post("/")
            def note():
                own.append(1)
                total.append(1)
                return {"name": config.get("name"), "own": len(own), "total": len(total)}

            return app
    """,
}


def test_several_apps_are_served_by_one_process_and_stopped_in_reverse(
    sandbox: Sandbox, framework: str, tmp_path: Path
) -> None:
    write(tmp_path, {f"{framework}_app.py": SEVERAL[framework]})
    work = job(tmp_path, framework, apps=({}, {"name": "Salut"}, {"name": "Ciao"}))
    with start(sandbox, work) as service:
        told = [ask(service, "/", "POST", app).json() for app in (0, 1, 1, 2)]
        before = service.addresses
        assert service.restart()
        assert service.addresses == before
        again = ask(service, "/", "POST", 2).json()
        outcome = service.stop(10)
    assert told == [
        {"name": None, "own": 1, "total": 1},
        {"name": "Salut", "own": 1, "total": 2},
        {"name": "Salut", "own": 2, "total": 3},
        {"name": "Ciao", "own": 1, "total": 4},
    ]
    assert again == {"name": "Ciao", "own": 1, "total": 1}
    assert outcome.stdout == "goodbye Ciao\ngoodbye Salut\ngoodbye None\n" * 2


def test_an_app_that_died_can_be_restarted(sandbox: Sandbox, tmp_path: Path) -> None:
    write(tmp_path, {"flask_app.py": FLASK + "\n    @app.get('/die')\n    def die():\n        os._exit(3)\n"})
    with start(sandbox, job(tmp_path, "flask")) as service:
        with pytest.raises(AppGone):
            ask(service, "/die")
        end = time.monotonic() + 10
        while service.alive() and time.monotonic() < end:
            time.sleep(0.01)  # the connection ends a moment before the process does
        assert not service.alive()
        assert service.restart()
        assert ask(service).status == 200


def test_a_dead_app_refuses_connections_and_its_exit_code_is_known(sandbox: Sandbox, tmp_path: Path) -> None:
    write(tmp_path, {"flask_app.py": FLASK + "\n    @app.get('/die')\n    def die():\n        os._exit(3)\n"})
    with start(sandbox, job(tmp_path, "flask")) as service:
        with pytest.raises(AppGone):
            ask(service, "/die")
        assert not service.alive()
        with pytest.raises(ConnectionError):
            connect(service.addresses[0])
        outcome = service.kill()
    assert (outcome.started, outcome.exit_code, outcome.signal, outcome.limit) == (True, 3, None, None)


GOODBYE = {
    "flask": """
        import atexit
        from flask import Flask

        app = Flask(__name__)
        atexit.register(print, "goodbye")
    """,
    "fastapi": """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        @asynccontextmanager
        async def lifespan(app):
            yield
            print("goodbye")

        app = FastAPI(lifespan=lifespan)
    """,
}


def test_a_stopped_app_says_goodbye(sandbox: Sandbox, framework: str, tmp_path: Path) -> None:
    write(tmp_path, {f"{framework}_app.py": GOODBYE[framework]})
    outcome = start(sandbox, job(tmp_path, framework)).stop(10)
    assert (outcome.stdout, outcome.exit_code, outcome.stderr) == ("goodbye\n", 0, "")


def test_an_app_that_ignores_the_stop_is_killed(sandbox: Sandbox, tmp_path: Path) -> None:
    stubborn = FLASK + "\n    import signal\n    signal.signal(signal.SIGTERM, lambda *_: print('no'))\n"
    write(tmp_path, {"flask_app.py": stubborn})
    outcome = start(sandbox, job(tmp_path, "flask")).stop(0.5)
    assert (outcome.stdout, outcome.exit_code, outcome.limit) == ("no\n", None, None)


def test_a_kill_can_be_repeated_and_says_the_same(sandbox: Sandbox, framework: str, tmp_path: Path) -> None:
    with start(sandbox, make(tmp_path, framework)) as service:
        first = service.kill()
        assert service.kill() is first
        assert not service.alive()
        assert not service.restart()
    assert (first.entered, first.started, first.limit, first.exit_code) == (True, True, None, None)
    assert first.wall_s > 0


def test_two_apps_run_at_once_and_apart(sandbox: Sandbox, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    with ThreadPoolExecutor() as pool:
        services = list(pool.map(lambda folder: start(sandbox, make(folder, "flask")), folders))
    try:
        ask(services[0], "/notes", "POST")
        assert ask(services[0], "/notes").json() == {"memory": 1, "file": 1}
        assert ask(services[1], "/notes").status == 500  # it has no file yet
    finally:
        for each in services:
            each.kill()


@pytest.mark.parametrize("kind", ["port", "path"])
def test_a_backend_is_reached_through_its_loopback_port(sandbox: Sandbox, tmp_path: Path, kind: str) -> None:
    app = """
        import os, socket
        from flask import Flask

        app = Flask(__name__)

        @app.get("/")
        def index():
            with socket.create_connection(("localhost", int(os.environ["BACKEND_OLD_STOCK_PORT"]))) as link:
                link.sendall(b"how many?")
                link.shutdown(socket.SHUT_WR)
                return {"answer": b"".join(iter(lambda: link.recv(100), b"")).decode()}
    """
    write(tmp_path / "files", {"flask_app.py": app})
    listener, address = _listener(kind, tmp_path)
    with listener:
        threading.Thread(target=_answer, args=(listener, 2), daemon=True).start()
        work = job(tmp_path / "files", "flask", backends={"old-stock": address})
        with start(sandbox, work) as service:
            assert ask(service).json() == {"answer": "how many? seven"}
            assert service.restart()
            assert ask(service).json() == {"answer": "how many? seven"}


def test_a_backend_that_is_down_ends_the_connection(sandbox: Sandbox, tmp_path: Path) -> None:
    app = """
        import os, socket
        from flask import Flask

        app = Flask(__name__)

        @app.get("/")
        def index():
            try:
                with socket.create_connection(("127.0.0.1", int(os.environ["BACKEND_DB_PORT"])), 5) as link:
                    return {"read": link.recv(10).decode()}
            except OSError as error:
                return {"read": ""}
    """
    write(tmp_path / "files", {"flask_app.py": app})
    work = job(tmp_path / "files", "flask", backends={"db": Address(path=str(tmp_path / "nothing"))})
    with start(sandbox, work) as service:
        assert ask(service).json() == {"read": ""}


def _listener(kind: str, folder: Path) -> tuple[socket.socket, Address]:
    if kind == "port":
        listener = socket.create_server(("127.0.0.1", 0))
        return listener, Address(port=listener.getsockname()[1])
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path = folder / "backend"
    try:
        listener.bind(str(path))
    except OSError as error:  # the folder's own path may be too long for a socket
        listener.close()
        pytest.skip(f"{path}: {error}")
    listener.listen()
    return listener, Address(path=str(path))


def _answer(listener: socket.socket, times: int) -> None:
    for _ in range(times):
        link, _ = listener.accept()
        with link:
            asked = b"".join(iter(lambda link=link: link.recv(100), b""))  # type: ignore[misc]
            link.sendall(asked + b" seven")
