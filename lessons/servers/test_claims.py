"""The experiments behind the lesson's claims on what the frameworks are made of: C01, C04, C10, C60."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from functools import cache

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

FLASK_PACKAGES = 7
ON_WINDOWS = {"colorama"}  # which click needs there


def pythons(distribution: str) -> SpecifierSet:
    return SpecifierSet(importlib.metadata.metadata(distribution)["Requires-Python"])


@cache
def brought_by(name: str) -> frozenset[str]:
    """The distributions that installing one by its bare name brings on this Python, without extras."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        each = canonicalize_name(waiting.pop())
        if each not in found:
            found.add(each)
            needs = map(Requirement, importlib.metadata.requires(each) or ())
            # An extra of a requirement would bring more; neither tree asks for one.
            waiting += [need.name for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]
    return frozenset(found - ON_WINDOWS)


@cache
def modules(statement: str) -> int:
    """How many modules are loaded after a statement, in an interpreter of its own."""
    done = subprocess.run(  # noqa: S603 - this interpreter and a statement of ours
        [sys.executable, "-c", f"{statement}\nimport sys\nprint(len(sys.modules))"],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


@pytest.mark.parametrize("version", ["3.7", "3.8", "3.9", "3.10"])
def test_c01_fastapi_refuses_older_pythons(version: str) -> None:
    assert version not in pythons("fastapi")
    assert "3.11" in pythons("fastapi")


def test_c01_flask_takes_python_from_3_9() -> None:
    assert "3.8" not in pythons("flask")
    assert "3.9" in pythons("flask")


def test_c04_flask_brings_no_database_no_login_and_no_documents() -> None:
    brought = brought_by("flask")
    assert len(brought) == FLASK_PACKAGES
    assert not brought & {"sqlalchemy", "flask-sqlalchemy", "flask-login", "pydantic", "marshmallow"}


def test_c10_flask_stands_on_more_than_werkzeug_and_jinja() -> None:
    own = {"flask", "werkzeug", "jinja2"}
    assert brought_by("flask") == own | {"click", "itsdangerous", "blinker", "markupsafe"}


def test_c60_flask_brings_and_imports_less() -> None:
    assert len(brought_by("flask")) < len(brought_by("fastapi"))
    assert modules("import flask") < modules("import fastapi")


def test_c60_a_third_or_more_of_the_difference_is_pydantic_which_flask_apps_load_too() -> None:
    alone, together = modules("import flask"), modules("import flask, pydantic.main, pydantic.type_adapter")
    assert together - alone > (modules("import fastapi") - alone) / 3
