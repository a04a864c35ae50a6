from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from autograder.errors import CourseError, UsageError
from autograder.report.model import Report
from autograder.report.schema import SCHEMA_FILE, read_report, schema_text
from autograder.tests.report.samples import mixed, not_started, passing
from autograder.tests.report.strategies import reports

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)


def faults(document: object) -> list[str]:
    """What the published schema finds wrong with a document."""
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return [error.message for error in Draft202012Validator(schema).iter_errors(document)]


def document(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(mixed().model_dump_json())
    return whole | changes


def test_the_published_schema_is_the_models_own() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "the model has changed: run python -m autograder.report.schema"
    )


def test_the_schema_is_a_schema_and_names_no_host() -> None:
    schema = json.loads(schema_text())
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "urn:course-report:1"
    assert [line for line in schema_text().splitlines() if "://" in line] == [
        '  "$schema": "https://json-schema.org/draft/2020-12/schema",'
    ]


@given(reports)
@CALM
def test_every_report_is_valid_and_is_read_back_as_it_was(report: Report) -> None:
    data = report.model_dump_json().encode()
    assert faults(json.loads(data)) == []
    assert read_report(data) == report


@pytest.mark.parametrize("report", [mixed(), not_started(), passing()])
def test_indented_json_is_read_too(report: Report) -> None:
    assert read_report(report.model_dump_json(indent=2).encode()) == report


@pytest.mark.parametrize(
    "changes",
    [
        {"points": -1},
        {"points": "many"},
        {"status": "fine"},
        {"parts": {}},
        {"extra": 1},
        {"format_version": 2},
    ],
)
def test_schema_and_reader_refuse_the_same(changes: dict[str, Any]) -> None:
    wrong = document(**changes)
    assert faults(wrong)
    with pytest.raises(UsageError):
        read_report(json.dumps(wrong).encode())


@pytest.mark.parametrize("key", ["format", "format_version", "student", "parts", "seed"])
def test_schema_and_reader_miss_the_same_keys(key: str) -> None:
    short = document()
    del short[key]
    assert faults(short)
    with pytest.raises(UsageError, match="not a report"):
        read_report(json.dumps(short).encode())


def test_an_unknown_version_is_named_with_what_to_do() -> None:
    newer = json.dumps({"format": "course-report", "format_version": 7, "whatever": []}).encode()
    with pytest.raises(CourseError, match="version 7") as caught:
        read_report(newer)
    assert "version 1" in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"format": "course-report"}', b"[" * 100_000, b"NaN"],
)
def test_what_is_no_report_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(UsageError, match="not a report"):
        read_report(data)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-0.5"])
def test_no_odd_number_is_read_as_points(number: str) -> None:
    text = json.dumps(document(points=12345)).replace("12345", number)
    with pytest.raises(UsageError, match="not a report"):
        read_report(text.encode())
