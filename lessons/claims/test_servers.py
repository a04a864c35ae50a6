"""The experiments behind claims on what the frameworks are made of: C01, C04, C10, C60."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from collections.abc import Callable
from functools import cache

import pytest
from packaging.specifiers import SpecifierSet

Install = Callable[[str], frozenset[str]]

ON_WINDOWS = {"colorama"}  # which click needs there


def pythons(distribution: str) -> SpecifierSet:
    return SpecifierSet(importlib.metadata.metadata(distribution)["Requires-Python"])


@pytest.mark.parametrize("version", ["3.7", "3.8", "3.9", "3.10"])
def test_c01_fastapi_refuses_older_pythons(version: str) -> None:
    assert version not in pythons("fastapi")
    assert "3.11" in pythons("fastapi")


def test_c01_flask_takes_python_from_3_9() -> None:
    assert "3.8" not in pythons("flask")
    assert "3.9" in pythons("flask")


def test_c04_flask_brings_no_database_no_login_and_no_documents(bare_install: Install) -> None:
    brought = bare_install("flask") - ON_WINDOWS
    assert len(brought) == 7
    assert not brought & {"sqlalchemy", "flask-sqlalchemy", "flask-login", "pydantic", "marshmallow"}


def test_c10_flask_stands_on_more_than_werkzeug_and_jinja(bare_install: Install) -> None:
    own = {"werkzeug", "jinja2"}
    assert bare_install("flask") - {"flask"} - ON_WINDOWS == own | {
        "click",
        "itsdangerous",
        "blinker",
        "markupsafe",
    }


def test_c60_flask_brings_and_imports_less(bare_install: Install) -> None:
    assert len(bare_install("flask")) < len(bare_install("fastapi"))
    assert modules("import flask") < modules("import fastapi")


def test_c60_a_third_or_more_of_the_difference_is_pydantic_which_flask_apps_load_too() -> None:
    alone, together = modules("import flask"), modules("import flask, pydantic.main, pydantic.type_adapter")
    assert together - alone > (modules("import fastapi") - alone) / 3


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
