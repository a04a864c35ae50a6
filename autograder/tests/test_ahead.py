"""What is started before the words of a command are read, and that nothing of it stays behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import ahead


@pytest.fixture(autouse=True)
def _nothing_waits() -> Iterator[None]:
    ahead.end()
    yield
    ahead.end()


def kinds() -> list[str]:
    return sorted(ahead._waiting)


@pytest.mark.parametrize(
    ("words", "started"),
    [
        (["check", "routing"], ["asgi", "checks", "wsgi"]),
        (["watch"], ["asgi", "checks", "wsgi"]),
        (["check", "routing", "flask"], ["checks", "wsgi"]),
        (["check", "fastapi", "--json"], ["asgi", "checks"]),
        (["check", "--help"], []),
        (["grade", "check"], []),
        ([], []),
    ],
)
def test_only_a_check_of_ones_own_starts_anything(words: list[str], started: list[str]) -> None:
    ahead.begin(words)
    assert kinds() == started


def test_what_was_taken_is_the_takers_and_the_rest_is_ended() -> None:
    ahead.begin(["check"])
    rest = [ahead._waiting["wsgi"], ahead._waiting[ahead.CHECKS]]
    taken = ahead.take("asgi")
    assert taken is not None
    ahead.end()
    assert ahead.take("asgi") is None
    assert all(child.poll() is not None for child in rest)
    assert taken.poll() is None
    ahead.dismiss(taken)
    assert taken.poll() is not None


def test_where_nothing_can_be_started_the_check_itself_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    ahead.begin(["check"])
    assert kinds() == []
    assert ahead.take("wsgi") is None


def test_one_that_died_while_it_waited_is_not_given_away() -> None:
    ahead.begin(["check", "flask"])
    child = ahead._waiting["wsgi"]
    child.kill()
    child.wait()
    assert ahead.take("wsgi") is None
    assert child.stdin is not None
    assert child.stdin.closed


@pytest.mark.parametrize("start", [ahead.new_server, ahead.new_checks])
def test_without_an_order_it_ends_in_peace(start: object) -> None:
    assert callable(start)
    child: subprocess.Popen[bytes] = start()
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err) == (0, b"", b"")


def test_a_module_that_is_not_installed_is_the_apps_to_miss(tmp_path: Path) -> None:
    child = ahead.new_server("wsgi", ["flask", "no_module_of_this_name"], folder=tmp_path)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, b"")


def test_little_is_imported_before_it() -> None:
    code = "import sys, json, autograder.__main__; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    slow = {"typer", "rich", "pydantic", "dataclasses", "pytest", "tempfile", "autograder.catalog"}
    assert slow.isdisjoint(json.loads(ran.stdout))
