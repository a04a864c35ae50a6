"""Decides what a report file looks like: the published JSON Schema, and how a file is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from autograder.errors import UsageError
from autograder.report.model import FORMAT_VERSION, Report

__all__ = ["SCHEMA_FILE", "read_report", "schema_text"]

SCHEMA_FILE = Path(__file__).with_name(f"report-{FORMAT_VERSION}.schema.json")
_FORMAT = "course-report"


class _Header(BaseModel):
    """What every version of the format begins with."""

    format: str
    format_version: int


def schema_text() -> str:
    """The JSON Schema (draft 2020-12) of a report, as its file holds it."""
    schema: dict[str, Any] = Report.model_json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{_FORMAT}:{FORMAT_VERSION}",
        "title": "Report of one submission",
    }
    # Defaults in the model, but a file that does not say what it is cannot be read.
    schema["required"] = ["format", "format_version", *schema["required"]]
    return json.dumps(head | {key: schema[key] for key in schema if key not in head}, indent=2) + "\n"


def read_report(data: bytes) -> Report:
    """The report in a file's bytes.

    Raises:
        UsageError: the bytes are no report, or one of a version that is not known here.
    """
    try:
        header = _Header.model_validate_json(data)
    except ValidationError as error:
        raise _not_one(error) from error
    if header.format != _FORMAT or header.format_version != FORMAT_VERSION:
        raise UsageError(
            f"The file is of format {header.format[:40]!r}, version {header.format_version}; "
            f"only {_FORMAT!r}, version {FORMAT_VERSION}, can be read.",
            where="format, format_version",
            remedy="Read it with the version of the course that wrote it, or grade again.",
        )
    try:
        return Report.model_validate_json(data)
    except ValidationError as error:
        raise _not_one(error) from error


def _not_one(error: ValidationError) -> UsageError:
    first = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(step) for step in first["loc"]) or "the whole file"
    return UsageError(
        f"The file is not a report: {first['msg']}.",
        where=key,
        remedy=f"Hand over a file that `course grade --json` wrote; {SCHEMA_FILE.name} says what it holds.",
    )


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
