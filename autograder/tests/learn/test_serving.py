"""`course serve` as a person uses it: in a terminal, with a browser and an editor beside it."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.catalog import load
from autograder.errors import UsageError
from autograder.learn.serving import LOOPBACK, Served, free_ports
from autograder.tests.learn.learning import Learner
from autograder.tests.toycourse import FASTAPI, FLASK

if sys.platform != "win32":
    from autograder.tests.learn.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminal of this kind")

PATIENCE_S = 60


@pytest.fixture
def solved(toy: Path) -> Path:
    """The toy course with both apps done; the FastAPI one shows its docs."""
    folder = toy / "exercises/greeting"
    (folder / "flask_app.py").write_text(FLASK, "utf-8")
    (folder / "fastapi_app.py").write_text(
        FASTAPI.replace("docs_url=None, redoc_url=None, openapi_url=None", "")
    )
    return toy


@pytest.fixture
def terminal(solved: Path) -> Iterator[Terminal]:
    with Terminal("serve", "greeting", cwd=solved) as opened:
        yield opened


def save(file: Path, text: str) -> None:
    """As an editor does that writes beside the file and renames."""
    beside = file.with_name(f"{file.name}.new")
    beside.write_text(text, "utf-8")
    beside.replace(file)


def address(terminal: Terminal, title: str, *, after: int = 0) -> str:
    told = terminal.sees(lambda said: re.search(rf"{title} +answers at (\S+?/)[,\s]", said), after=after)
    found = re.search(rf"{title} +answers at (\S+?/)[,\s]", told)
    assert found
    return found[1]


def answer(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as reply:
        return str(reply.read().decode())


def nobody_listens(url: str) -> bool:
    """Whether the port is free again; waits for the process to be gone."""
    port = int(url.rstrip("/").rpartition(":")[2])
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)):
                return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_both_apps_answer_and_ctrl_c_stops_both(terminal: Terminal) -> None:
    flask, fastapi = address(terminal, "Flask"), address(terminal, "FastAPI")
    assert "Ada" in answer(f"{flask}hello/Ada")
    assert "Ada" in answer(f"{fastapi}hello/Ada")
    assert f"its docs at {fastapi}docs" in terminal.sees("its docs at")
    assert "docs" not in re.findall(r"Flask +answers.*", terminal.said)[0]
    terminal.sees("GET /hello/Ada")
    terminal.types("\x03")
    assert terminal.ends() == 0
    assert "Stopped." in terminal.said
    assert "Traceback" not in terminal.said
    assert nobody_listens(flask)
    assert nobody_listens(fastapi)


@pytest.mark.slow
def test_a_broken_app_says_why_and_comes_back_when_it_is_mended(terminal: Terminal, solved: Path) -> None:
    fastapi = address(terminal, "FastAPI")
    address(terminal, "Flask")
    file = solved / "exercises/greeting/flask_app.py"
    save(file, FLASK.replace("app = Flask(__name__)", "app = Flask(__nam__)"))
    said = terminal.sees("mend it and save")
    assert "NameError: name '__nam__' is not defined" in said
    assert 'File "flask_app.py", line' in said
    assert "autograder" not in said.partition("saved, starts again")[2]
    assert "Ada" in answer(f"{fastapi}hello/Ada")
    before = len(terminal.said)
    save(file, FLASK.replace('"hello": name', '"hello": name + "!"'))
    flask = address(terminal, "Flask", after=before)
    assert "Ada!" in answer(f"{flask}hello/Ada")


@pytest.mark.slow
def test_an_app_that_is_broken_from_the_start_does_not_keep_the_other_from_serving(solved: Path) -> None:
    save(solved / "exercises/greeting/flask_app.py", "def create_app(:\n")
    with Terminal("serve", "greeting", cwd=solved) as terminal:
        assert "Ada" in answer(f"{address(terminal, 'FastAPI')}hello/Ada")
        terminal.sees("SyntaxError")
        terminal.sees("Flask   is not running")
        save(solved / "exercises/greeting/flask_app.py", FLASK)
        assert "Ada" in answer(f"{address(terminal, 'Flask')}hello/Ada")


@pytest.mark.slow
def test_when_the_command_is_killed_the_apps_end_too(terminal: Terminal) -> None:
    flask, fastapi = address(terminal, "Flask"), address(terminal, "FastAPI")
    os.kill(terminal.pid, signal.SIGKILL)
    assert nobody_listens(flask)
    assert nobody_listens(fastapi)


@pytest.mark.slow
def test_what_an_app_started_itself_does_not_keep_the_command_from_ending(solved: Path) -> None:
    first, *rest = FLASK.partition("def create_app")
    start = (
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(25)'])\n\n"
    )
    save(solved / "exercises/greeting/flask_app.py", first + start + "".join(rest))
    with Terminal("serve", "greeting", "flask", cwd=solved) as terminal:
        address(terminal, "Flask")
        terminal.types("\x03")
        assert terminal.ends() == 0


def test_what_an_app_writes_starts_nothing_again(toy: Path) -> None:
    told: list[str] = []
    part = load(toy).ready_topic("greeting").part[0]
    folder = toy / "exercises/greeting"
    app = Served(part, folder, 0, told.append)
    (folder / "journal.txt").write_text("one line\n", "utf-8")
    (folder / "bank.db").write_bytes(b"1")
    assert [app.was_saved() for _ in range(3)] == [False] * 3


def test_a_file_that_is_still_being_saved_is_waited_for(toy: Path) -> None:
    part = load(toy).ready_topic("greeting").part[0]
    folder = toy / "exercises/greeting"
    app = Served(part, folder, 0, lambda _: None)
    assert not app.was_saved()
    seen = []
    for half in ("def create", "def create_app():", "def create_app():\n    ..."):
        (folder / "flask_app.py").write_text(half, "utf-8")
        seen.append(app.was_saved())
    assert seen == [False] * 3
    assert [app.was_saved() for _ in range(3)] == [True, False, False]


def test_a_port_in_use_is_said_before_anything_starts(learner: Learner) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        _, err = learner.types_and_errs("serve", "greeting", "flask", "--port", str(port), code=2)
    assert f"Port {port} cannot be had" in err
    assert "leave it out" in err


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(3)
    assert len(set(ports)) == 3
    for port in ports:
        with socket.create_server((LOOPBACK, port)), pytest.raises(UsageError, match=f"Port {port}"):
            free_ports(1, port)


def test_a_topic_without_an_app_has_nothing_to_serve(learner: Learner) -> None:
    _, err = learner.types_and_errs("serve", "opinion", code=2)
    assert "There is no app to serve here." in err
