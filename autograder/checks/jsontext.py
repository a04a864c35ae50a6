"""Reads JSON that every parser reads alike: RFC 8259, and what it warns of is refused."""

from __future__ import annotations

import json
import math
import re
from collections import Counter

__all__ = ["NotJsonError", "read_json"]

_MOST_DEEP = 100
_MOST_DIGITS = 100
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class NotJsonError(ValueError):
    """The bytes are not JSON.

    Attributes:
        reason: why, where that is more than a syntax error, to follow a colon; empty otherwise.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


def read_json(data: bytes) -> object:
    """The value of a JSON text.

    Whatever it holds can be compared, printed, encoded as UTF-8 and written as JSON again: numbers are
    finite and of at most 100 digits, values are nested at most 100 deep, strings hold no lone surrogate.

    Raises:
        NotJsonError: the bytes are not UTF-8, not JSON, or of a sort that parsers read differently.
    """
    text = _text(data)
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except NotJsonError:
        raise
    except RecursionError as error:
        raise NotJsonError(_too_deep()) from error
    except ValueError as error:
        raise NotJsonError from error
    if text.count("[") + text.count("{") > _MOST_DEEP and _is_deep(value):
        raise NotJsonError(_too_deep())
    if _SURROGATE.search(text) and not _is_unicode(value):
        raise NotJsonError("a string holds half of a surrogate pair")
    return value


def _text(data: bytes) -> str:
    if data.startswith(_BYTE_ORDER_MARK):
        raise NotJsonError("it begins with a byte order mark")
    if b"\0" in data:
        raise NotJsonError("it holds zero bytes, as UTF-16 and UTF-32 do; JSON is sent as UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotJsonError(f"byte {error.start} is not UTF-8") from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counted = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counted.items() if count > 1)
        raise NotJsonError(f"an object has the key {json.dumps(twice)[:60]} twice")
    return found


def _integer(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise NotJsonError(f"a number has more than {_MOST_DIGITS} digits")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise NotJsonError(f"the number {text[:60]} is too large")
    return value


def _constant(text: str) -> object:
    raise NotJsonError(f"{text} is not a number in JSON")


def _too_deep() -> str:
    return f"its values are nested more than {_MOST_DEEP} deep"


def _is_deep(value: object) -> bool:
    """Whether values are nested too deep, found level by level: a recursion would have the same problem."""
    level = [value]
    for _ in range(_MOST_DEEP):
        level = [
            below
            for each in level
            if isinstance(each, dict | list)
            for below in (each.values() if isinstance(each, dict) else each)
        ]
    return any(isinstance(each, dict | list) for each in level)


def _is_unicode(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
