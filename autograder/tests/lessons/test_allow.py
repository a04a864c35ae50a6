"""A 405 lists every method that its path supports (RFC 9110, 15.5.6), in every app that we show as good."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from autograder.frameworks import FRAMEWORKS
from autograder.tests.lessons.conftest import COURSE
from sidebyside.hosts import Request, open_host
from sidebyside.places import AppFile, load_app

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
NOT_ALLOWED = 405
ENVIRONMENT = {"DATABASE_URL": "sqlite:///bank.db", "APP_KEYS": "k1:a-key-of-this-test-alone"}
SIGNED_IN = {"cookie": "key=key-of-ada"}
"""The lesson `authorization` asks who is there before anything else."""


def files() -> Iterator[AppFile]:
    # The starters of `authorization` are whole apps, with holes of other kinds.
    for tree, topic in (("solutions", "*"), ("lessons", "*"), ("exercises", "authorization")):
        for framework in FRAMEWORKS.values():
            for path in sorted((COURSE / tree).glob(f"{topic}/{framework.module}*")):
                file = path / "__init__.py" if path.is_dir() else path
                yield AppFile(path.parent.name, framework, file)


def named(file: AppFile) -> str:
    return f"{file.path.relative_to(COURSE).parts[0]}/{file.topic}/{file.framework.name}"


def paths(app: Any) -> set[str]:
    """A path for each template of the app; 7 stands for every parameter."""
    if isinstance(app, FastAPI):
        templates = {route.path or "" for route in iter_route_contexts(app.routes) if route.methods}
    else:
        templates = {rule.rule for rule in app.url_map.iter_rules()}
    return {re.sub(r"[<{][^>}]*[>}]", "7", template) for template in templates}


@pytest.mark.parametrize("file", tuple(files()), ids=named)
def test_a_405_lists_exactly_the_methods_that_its_path_supports(
    file: AppFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    app = load_app(file)
    host = open_host(app, file.framework.protocol)
    try:
        for path in paths(app):
            answers = {method: host.send(Request(method, path, SIGNED_IN)) for method in METHODS}
            supported = {method for method, answer in answers.items() if answer.status != NOT_ALLOWED}
            refused = [answer for answer in answers.values() if answer.status == NOT_ALLOWED]
            assert supported
            assert [set((each.header("allow") or "").split(", ")) for each in refused] == [supported] * len(
                refused
            ), path
    finally:
        host.close()
