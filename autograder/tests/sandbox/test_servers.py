"""Processes that wait for an app: which app may have which, and how many wait."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import ahead
from autograder.sandbox.servers import Servers


@pytest.fixture
def servers() -> Iterator[Servers]:
    made = Servers()
    yield made
    made.close()


def waiting(servers: Servers) -> int:
    return sum(map(len, servers._waiting.values()))


def test_each_is_given_once_and_to_its_own_protocol(servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "flask_app.py").write_text("")
    servers.keep_ready("wsgi", ["flask"])
    assert servers.take("asgi", tmp_path) is None
    given = servers.take("wsgi", tmp_path)
    assert given is not None
    assert servers.take("wsgi", tmp_path) is None
    ahead.dismiss(given)


@pytest.mark.parametrize("name", ["json.py", "flask.py", "werkzeug/__init__.py"])
def test_a_file_that_hides_a_module_gets_a_process_that_has_imported_nothing(
    servers: Servers, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("")
    servers.keep_ready("wsgi", ["flask"])
    assert servers.take("wsgi", tmp_path) is None


def test_as_many_wait_as_the_last_check_took_and_no_more(servers: Servers, tmp_path: Path) -> None:
    servers.keep_ready("wsgi", [])
    servers.keep_ready("wsgi", [])
    assert waiting(servers) == 1
    for _ in range(3):
        given = servers.take("wsgi", tmp_path)
        if given is not None:
            ahead.dismiss(given)
    servers.keep_ready("wsgi", [])
    assert waiting(servers) == 3
    for _ in range(50):
        servers._taken["wsgi"] += 1
    servers.keep_ready("wsgi", [])
    assert waiting(servers) == 4


def test_one_that_died_while_it_waited_is_not_given_away(servers: Servers, tmp_path: Path) -> None:
    servers.keep_ready("wsgi", [])
    (child,) = servers._waiting["wsgi"]
    child.kill()
    child.wait()
    assert servers.take("wsgi", tmp_path) is None


def test_closing_ends_them_all(servers: Servers) -> None:
    servers.keep_ready("wsgi", [])
    servers.keep_ready("asgi", [])
    children = [child for each in servers._waiting.values() for child in each]
    servers.close()
    servers.close()
    assert [child.poll() is not None for child in children] == [True, True]
