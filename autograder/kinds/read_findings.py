"""Reads a learner's findings file as YAML and writes it as JSON: run inside the wall, handed in as text.

Called with the file's name and the result's. What is wrong with the file is told in the result; anything
else that goes wrong ends this script with a traceback.
"""
# ruff: noqa: PTH123 - runs for one file, without this project

from __future__ import annotations

import json
import sys

import yaml

_MOST_BYTES = 65_536
_MOST_ENTRIES = 50
_LONGEST = 2048
_LAST_LINE = 1_000_000


class _Problem(Exception):
    """What is wrong with the file, as the rest of a sentence that begins with its name."""


def _entries(name: str) -> list[dict[str, object]]:
    with open(name, "rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        message = f"is longer than {_MOST_BYTES} bytes"
        raise _Problem(message)
    try:
        listed = yaml.safe_load(data)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        message = f"is not YAML{line}: {error.problem or error.context}"
        raise _Problem(message) from error
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        message = f"is not YAML: {' '.join(str(error).split())}"
        raise _Problem(message) from error
    if listed is None:
        return []
    if not isinstance(listed, list):
        message = "does not hold a list: begin each finding with a dash"
        raise _Problem(message)
    if len(listed) > _MOST_ENTRIES:
        message = f"holds more than {_MOST_ENTRIES} findings"
        raise _Problem(message)
    return [_entry(number, each) for number, each in enumerate(listed, 1)]


def _entry(number: int, found: object) -> dict[str, object]:
    if not isinstance(found, dict):
        message = f"has a finding, number {number}, that is not a mapping of keys to values"
        raise _Problem(message)
    entry: dict[str, object] = {
        key: _text(number, key, found.get(key)) for key in ("class", "function", "request")
    }
    line = found.get("line")
    if line is not None and (type(line) is not int or not 1 <= line <= _LAST_LINE):
        message = f"has a finding, number {number}, whose `line` is not a line number"
        raise _Problem(message)
    return {**entry, "line": line}


def _text(number: int, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        message = f"has a finding, number {number}, whose `{key}` is not a string"
        raise _Problem(message)
    if len(value) > _LONGEST:
        message = f"has a finding, number {number}, whose `{key}` is longer than {_LONGEST} characters"
        raise _Problem(message)
    if any("\ud800" <= char <= "\udfff" for char in value):
        message = f"has a finding, number {number}, whose `{key}` is not a string"
        raise _Problem(message)
    return value.strip()


def main(name: str, result: str) -> None:
    """Read the file and write what is in it, or what is wrong with it."""
    try:
        told: dict[str, object] = {"entries": _entries(name)}
    except _Problem as problem:
        told = {"problem": f"{name} {problem}"[:900] + "."}
    with open(result, "w", encoding="utf-8") as file:
        json.dump(told, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
