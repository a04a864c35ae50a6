from __future__ import annotations

import socket
import sys

import pytest
import uvicorn

from autograder.errors import CourseError, UsageError
from autograder.tests.lessons.conftest import Write
from sidebyside import serving, timeline
from sidebyside.flights import Flight, Flights, fly
from sidebyside.servers import SERVERS, parse_setup

EVERY = [
    f"{framework} on {name}"
    for name, server in SERVERS.items()
    for framework, protocol in (("flask", "wsgi"), ("fastapi", "asgi"))
    if protocol in server.protocols
]


@pytest.mark.slow
@pytest.mark.parametrize("on", EVERY)
@pytest.mark.usefixtures("write")
def test_every_server_starts_answers_and_is_gone_afterwards(on: str) -> None:
    with serving("talk", on) as server:
        assert server, server.absent
        answer = server.send("GET", "/hello/ada")
        assert (answer.status, answer.header("content-type")) == (200, "application/json")
        port = server.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1).close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("on", "peak"), [("flask on gunicorn", 1), ("flask on waitress:3", 3), ("fastapi on uvicorn", 6)]
)
def test_the_server_decides_how_many_requests_are_in_the_app_at_once(on: str, peak: int) -> None:
    with serving("sidebyside/examples", on) as server:
        assert fly(server, "GET", "/wait", 6).peak == peak


@pytest.mark.slow
def test_a_timeline_has_the_peak_in_picture_and_words() -> None:
    shown = timeline("sidebyside/examples", "/wait", ["flask on waitress:2"], requests=4)
    assert "peak 2 of 4" in shown.svg
    assert "Flask on waitress, 2 threads: 2 at once" in shown.says
    assert repr(shown).count("█") >= 4


@pytest.mark.slow
def test_an_app_that_does_not_load_is_an_error_with_what_the_server_said(write: Write) -> None:
    write("talk/flask_app.py", "raise RuntimeError('no such database')\n")
    with pytest.raises(CourseError, match="no such database") as caught, serving("talk", "flask on waitress"):
        pass
    assert "-m waitress" in caught.value.remedy


@pytest.mark.slow
@pytest.mark.usefixtures("write")
def test_a_server_is_stopped_when_the_cell_fails() -> None:
    started = serving("talk", "fastapi on uvicorn")
    port = started.__enter__().port
    fault = ValueError("in the cell")
    hidden = started.__exit__(ValueError, fault, None)
    assert not hidden
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1).close()


@pytest.mark.usefixtures("write")
def test_a_busy_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=f"Port {port} is taken"),
            serving("talk", "flask on waitress", port=port),
        ):
            pass


@pytest.mark.usefixtures("write")
def test_where_a_server_cannot_run_the_page_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with serving("talk", "flask on gunicorn") as server:
        assert not server
    assert capsys.readouterr().out == "Flask on gunicorn: not run here. gunicorn does not run on Windows.\n"


@pytest.mark.parametrize("text", ["flask", "flask on apache", "django on gunicorn", "flask on waitress:many"])
def test_what_names_no_app_on_a_server_is_told_the_form(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_setup(text)
    assert "flask on waitress:8" in caught.value.remedy


def test_a_server_of_the_other_protocol_is_refused_with_those_that_fit() -> None:
    with pytest.raises(UsageError, match="waitress speaks WSGI; FastAPI is an ASGI app") as caught:
        parse_setup("fastapi on waitress")
    assert caught.value.remedy == "Use one of: granian, uvicorn."


def test_requests_that_follow_each_other_never_were_together() -> None:
    flights = tuple(Flight(n, 0.0, float(n), n + 1.0, n + 1.0) for n in range(3))
    assert Flights("x", "flask", flights).peak == 1
    together = tuple(Flight(n, 0.0, n / 10, 1.0, 1.0) for n in range(3))
    assert Flights("x", "flask", together).peak == 3


def test_uvicorn_calls_a_factory_that_it_is_not_told_of(
    write: Write, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write(
        "talk/uvicorn_factory.py", "from fastapi import FastAPI\n\n\ndef make():\n    return FastAPI()\n"
    )
    monkeypatch.syspath_prepend(str(folder.parent))
    config = uvicorn.Config("uvicorn_factory:make", log_config=None, interface="asgi3")
    config.load()
    assert "ASGI app factory detected" in caplog.text
