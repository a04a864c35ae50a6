"""How JSON is laid out for reading: what fits on a line stays on it, keys in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

__all__ = ["json_lines"]

_WIDTH = 50


def json_lines(data: Any) -> tuple[str, ...]:
    """The data as lines of JSON, indented by two, none longer than it must be."""
    return tuple(_lines(data, "", ""))


def _lines(data: Any, indent: str, lead: str, tail: str = "") -> Iterator[str]:
    """Lines of one value; ``lead`` is its key, ``tail`` the comma after it."""
    short = json.dumps(data, ensure_ascii=False, sort_keys=True)
    if len(indent) + len(lead) + len(short) <= _WIDTH or not isinstance(data, dict | list) or not data:
        yield f"{indent}{lead}{short}{tail}"
        return
    opening, closing = "{}" if isinstance(data, dict) else "[]"
    yield f"{indent}{lead}{opening}"
    items = (
        [(f"{json.dumps(key, ensure_ascii=False)}: ", data[key]) for key in sorted(data)]
        if isinstance(data, dict)
        else [("", each) for each in data]
    )
    for number, (key, value) in enumerate(items, 1):
        yield from _lines(value, f"{indent}  ", key, "," if number < len(items) else "")
    yield f"{indent}{closing}{tail}"
