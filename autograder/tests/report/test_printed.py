"""Which of the errors that an app printed belongs to which request."""

from __future__ import annotations

import time

import pytest

from autograder.report.printed import errors_of


def trace(error: str) -> str:
    return f'Traceback (most recent call last):\n  File "flask_app.py", line 3, in f\n    g()\n{error}\n'


def flask(request: str, error: str) -> str:
    method, path = request.split(" ", 1)
    return f"[2031-01-01 10:00:00,000] ERROR in app: Exception on {path} [{method}]\n{trace(error)}"


def asgi(request: str, error: str) -> str:
    return f"Error while answering {request}\n{trace(error)}"


@pytest.mark.parametrize("log", [flask, asgi])
def test_each_request_gets_the_error_that_was_printed_for_it(log: object) -> None:
    assert callable(log)
    output = f"Ready.\n{log('GET /a', 'KeyError: 1')}more\n{log('POST /b c', 'ValueError: 2')}"
    first, none, second = errors_of(output, ["GET /a?x=1", "GET /z", "POST /b%20c\nbody"])
    assert "KeyError: 1" in first
    assert none == ""
    assert "ValueError: 2" in second
    assert "KeyError" not in second


def test_a_check_without_a_request_gets_none() -> None:
    assert errors_of(flask("GET /a", "KeyError: 1"), [None]) == [""]


def test_the_same_request_of_a_later_check_gets_the_later_error() -> None:
    output = flask("GET /a", "KeyError: 1") + flask("GET /b", "KeyError: 2") + flask("GET /a", "KeyError: 3")
    assert ["1" in (told := errors_of(output, ["GET /a", "GET /a"]))[0], "3" in told[1]] == [True, True]


def test_another_method_is_another_request() -> None:
    assert errors_of(flask("POST /a", "KeyError: 1"), ["GET /a"]) == [""]


def test_no_output_is_slow_to_read() -> None:
    began = time.monotonic()
    for filler in (
        "Exception on /",
        "Error while answering GET /",
        "\n",
        "Traceback (most recent call last):\n",
    ):
        errors_of(filler * 40_000, ["GET /a"] * 20)
    assert time.monotonic() - began < 10
