"""FastAPI solutions keep to the OpenAPI documents that they publish; schemathesis tries, with a fixed seed.

``deviations.toml`` lists what a brief states otherwise, with the sentence of the brief that says so.
"""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from autograder.catalog import Topic, load
from autograder.frameworks import FRAMEWORKS
from autograder.tests.lessons.conftest import COURSE
from sidebyside.places import AppFile, load_app

CATALOG = load(COURSE)
OF_FASTAPI = FRAMEWORKS["fastapi"]
SETTINGS = {
    "seed": 1,
    "cache": {"enabled": False},
    "generation": {"deterministic": True, "max-examples": 25, "database": "none", "no-shrink": True},
    # Data that earlier answers held would make the cases depend on tokens and times.
    "phases": {
        "coverage": {"extra-data-sources": {"responses": False}},
        "fuzzing": {"extra-data-sources": {"responses": False}, "error-feedback": {"enabled": False}},
        "stateful": {"enabled": False},
    },
}


class Deviation(BaseModel):
    """What schemathesis complains about and a brief states.

    Attributes:
        topic: whose solution it is.
        check: schemathesis's name of the check that fails.
        operations: where it does, such as ``GET /members``.
        sentence: what the brief says, word for word.
        reason: why that makes the check fail.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str
    check: str
    operations: tuple[str, ...]
    sentence: str
    reason: str


def deviations() -> tuple[Deviation, ...]:
    written = tomllib.loads((Path(__file__).parent / "deviations.toml").read_text(encoding="utf-8"))
    return tuple(Deviation.model_validate(each) for each in written.get("deviation", ()))


def published() -> list[Topic]:
    return [each for each in CATALOG.ready if solution(each).path.is_file()]


def solution(topic: Topic) -> AppFile:
    folder = CATALOG.places(topic.name).solution
    package = folder / OF_FASTAPI.module / "__init__.py"
    return AppFile(
        topic.name, OF_FASTAPI, package if package.is_file() else folder / f"{OF_FASTAPI.module}.py"
    )


def as_a_server_calls_it(app: Any) -> Any:
    """The app behind what every server does: an exception that was answered with 500 ends there."""

    async def call(scope: Any, receive: Any, send: Any) -> None:
        with contextlib.suppress(Exception):
            await app(scope, receive, send)

    return call


def failures(app: Any) -> Iterator[tuple[str, str]]:
    """Check and operation, such as ``not_a_server_error`` and ``GET /members``, of everything that fails."""
    config = SchemathesisConfig.from_dict(SETTINGS)
    schema = schemathesis.openapi.from_asgi("/openapi.json", as_a_server_calls_it(app), config=config)
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            for case, checks in event.recorder.checks.items():
                sent = event.recorder.cases[case].value
                for check in checks:
                    if check.failure_info is not None:
                        yield check.name, f"{sent.operation.method.upper()} {sent.operation.path}"


@pytest.mark.slow
@pytest.mark.parametrize("topic", published(), ids=lambda topic: topic.name)
def test_a_solution_deviates_from_its_document_only_where_the_brief_says_so(
    topic: Topic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [part] = [each for each in topic.part if each.framework == OF_FASTAPI.name]
    for name, value in {**part.environment, "DATABASE_URL": "sqlite:///bank.db"}.items():
        monkeypatch.setenv(name, value)
    found = frozenset(failures(load_app(solution(topic))))
    stated = frozenset(
        (each.check, operation)
        for each in deviations()
        if each.topic == topic.name
        for operation in each.operations
    )
    assert found - stated == set(), "not in deviations.toml: repair the solution, or cite its brief"
    assert stated - found == set(), "no longer found: remove it from deviations.toml"


@pytest.mark.parametrize("deviation", deviations(), ids=lambda each: f"{each.topic}-{each.check}")
def test_each_accepted_deviation_is_a_sentence_of_its_brief(deviation: Deviation) -> None:
    brief = CATALOG.places(deviation.topic).brief.read_text(encoding="utf-8")
    assert deviation.sentence in brief


@pytest.mark.slow
def test_an_incomplete_allow_is_found() -> None:
    app = FastAPI()

    def show() -> dict[str, str]:
        return {"postcards": "Maps, Clocks, Ships"}

    app.get("/postcards")(show)
    app.post("/postcards")(show)
    assert "allow_header_conformance" in {check for check, _ in failures(app)}
