"""Reads a learner's findings file as YAML and writes it as JSON: run inside the wall, handed in as text.

Called with the file's name and the result's. Only PyYAML's parser is used, never a constructor: a scalar is
the string that the file holds, a list or mapping is ours, and tags, aliases and keys that occur twice are
refused. What is wrong with the file is told in the result, with line and column; anything else that goes
wrong ends this script with a traceback.
"""
# ruff: noqa: PTH123 - runs for one file, without this project

from __future__ import annotations

import codecs
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.reader import Reader

_MOST_BYTES = 65_536
_MOST_ENTRIES = 50
_MOST_NODES = 2000
_DEEPEST = 8
_LONGEST = 2048
_LAST_LINE = 1_000_000
_KEYS = ("class", "function", "request", "line")
_NULLS = {"", "~", "null", "Null", "NULL"}
_PLAIN_TAGS = {None, "!", *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))}
_LINE_NUMBER = re.compile(r"[0-9]{1,7}")
_BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class _Problem(Exception):
    """What is wrong with the file, as the rest of a sentence that begins with its name."""


def _entries(name: str) -> list[dict[str, object]]:
    with open(name, "rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        message = f"is longer than {_MOST_BYTES} bytes"
        raise _Problem(message)
    listed = _value(_events(_decoded(data)))
    if listed is None:
        return []
    if not isinstance(listed, list):
        message = "does not hold a list: begin each finding with a dash"
        raise _Problem(message)
    if len(listed) > _MOST_ENTRIES:
        message = f"holds more than {_MOST_ENTRIES} findings"
        raise _Problem(message)
    return [_entry(number, each) for number, each in enumerate(listed, 1)]


def _decoded(data: bytes) -> str:
    """The text, as UTF-8 unless a byte order mark says UTF-16."""
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding, name = ("utf-16", "UTF-16") if is_wide else ("utf-8-sig", "UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "ignore")
        message = f"is not {name} text in {_where(before)}: save it as UTF-8"
        raise _Problem(message) from error
    found = Reader.NON_PRINTABLE.search(text)
    if found is not None:
        message = f"is not YAML in {_where(text[: found.start()])}: the character {found[0]!a} is not allowed"
        raise _Problem(message)
    return text


def _events(text: str) -> Iterator[yaml.Event]:
    """What the parser finds; it says at once what it refuses, so that nothing after that is read."""
    loader = yaml.SafeLoader(text)
    while True:
        try:
            event = loader.get_event()  # type: ignore[no-untyped-call]
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark or loader.get_mark()
            message = f"is not YAML in {_at(mark)}: {error.problem or error.context}"
            raise _Problem(message) from error
        except Exception as error:  # nothing but PyYAML's parser ran, on the text of a learner
            message = f"is not YAML in {_at(loader.get_mark())}: {error or type(error).__name__}"
            raise _Problem(message) from error
        if event is None:
            return
        yield event


class _Open:
    """A list or mapping that is being read."""

    def __init__(self, value: list[object] | dict[str, object]) -> None:
        self.value = value
        self.key: str | None = None

    def add(self, value: object, event: yaml.Event) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is None:
            self.key = _key(self.value, value, event)
        else:
            self.value[self.key], self.key = value, None


def _value(events: Iterator[yaml.Event]) -> object:
    """The only document as strings, lists and mappings; None where there is none."""
    top = _Open([])
    opened, nodes = [top], 0
    for event in events:
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            _hold_plain(event, nodes, len(opened))
        if isinstance(event, yaml.DocumentStartEvent) and nodes:
            message = f"holds a second document in {_at(event.start_mark)}: delete the line ---"
            raise _Problem(message)
        if isinstance(event, yaml.ScalarEvent):
            is_null = event.style is None and event.value in _NULLS
            opened[-1].add(None if is_null else event.value, event)
        elif isinstance(event, yaml.CollectionStartEvent):
            made = _Open([] if isinstance(event, yaml.SequenceStartEvent) else {})
            opened[-1].add(made.value, event)
            opened.append(made)
        elif isinstance(event, yaml.CollectionEndEvent):
            opened.pop()
    assert isinstance(top.value, list)
    return top.value[0] if top.value else None


def _hold_plain(event: yaml.NodeEvent, nodes: int, depth: int) -> None:
    at = _at(event.start_mark)
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
        message = f"uses {sign}{event.anchor} in {at}: write the value out, or put it in quotes"
    elif (tag := getattr(event, "tag", None)) not in _PLAIN_TAGS:
        message = f"uses the tag {tag} in {at}: write the value without a tag, or put it in quotes"
    elif nodes > _MOST_NODES:
        message = f"holds more than {_MOST_NODES} values; the last that is read is in {at}"
    elif depth > _DEEPEST:
        message = f"is nested too deeply in {at}: a finding is a mapping of keys to strings"
    else:
        return
    raise _Problem(message)


def _key(mapping: dict[str, object], key: object, event: yaml.Event) -> str:
    if key is not None and not isinstance(key, str):
        message = f"has a key in {_at(event.start_mark)} that is a list or a mapping, not a word"
        raise _Problem(message)
    key = "" if key is None else key
    if key in mapping:
        message = f"has the key {key[:80]!a} twice in one mapping, the second time in {_at(event.start_mark)}"
        raise _Problem(message)
    return key


def _at(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"


def _where(before: str) -> str:
    """Line and column of what follows this text, counted as the parser counts."""
    lines = _BREAKS.split(before)
    return f"line {len(lines)}, column {len(lines[-1]) + 1}"


def _entry(number: int, found: object) -> dict[str, object]:
    if not isinstance(found, dict):
        message = f"has a finding, number {number}, that is not a mapping of keys to values"
        raise _Problem(message)
    *texts, line = _KEYS
    entry: dict[str, object] = {key: _text(number, key, found.get(key)) for key in texts}
    return {**entry, line: _line(number, found.get(line))}


def _line(number: int, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and _LINE_NUMBER.fullmatch(value) and 1 <= int(value) <= _LAST_LINE:
        return int(value)
    message = f"has a finding, number {number}, whose `line` is not a line number"
    raise _Problem(message)


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
        # One line without half characters, which JSON could hold and the report could not.
        words = " ".join(str(problem).split()).encode("utf-8", "backslashreplace").decode()
        told = {"problem": f"{name} {words}"[:900] + "."}
    with open(result, "w", encoding="utf-8") as file:
        json.dump(told, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
