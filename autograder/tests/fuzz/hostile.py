"""Hostile answers: a solution's own, changed in one place so that they still look like answers."""

from __future__ import annotations

import base64
import contextlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Self

from autograder.checks.wire import Answer

__all__ = ["hostile"]

_DEEPER, _WRAPPED = 0.85, 0.2

Random = random.Random
Change = Callable[[Random, Answer], Answer]


class Raw(float):
    """A number that is written into JSON as this text, whatever it is."""

    def __new__(cls, text: str) -> Self:
        """Keep the text."""
        value = super().__new__(cls, 0)
        value.text = text
        return value

    text: str

    def __repr__(self) -> str:
        return self.text


def _nested(depth: int, value: object = 1) -> object:
    for at in range(depth):
        value = {"a": value} if at % 2 else [value]
    return value


_DIGITS = ("9" * 5_000, "9" * 4_301, "9" * 4_300, "9" * 100, "9" * 31, "0" * 5_000, "-" + "1" * 5_000)
_TEXTS = (
    "", " ", "\0", "a\r\nb", "\ud800", "\udfff\ud800", "\N{ARABIC-INDIC DIGIT ONE}", "\N{SUPERSCRIPT TWO}",
    "x" * 140_000, "http://[", "http://a:99999999/", "//", "/\\", "%", "%zz%ff", "/items/%2e", "data:,",
    "\u202e", "..", ".", "a.b.c", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59+14:00", "2026-02-30",
    "24:61", "1e400", "nan", "-0", "&#" + "9" * 5_000 + ";", "&#x110000;", "<!--", "<![CDATA[", "<a b='",
    "=", "==", "=1+1", '"', "'", "{}", "[]", "null", "{", "$ref", "#/", "#/a/" * 99, "a" * 40 + "!",
    "-" * 5_000, *_DIGITS,
)  # fmt: skip
_RAW = ("NaN", "-Infinity", "1e400", "-1e400", "1e-400", "-0.0", "1E5", "5e-324", "1e308", *_DIGITS)
_VALUES: tuple[object, ...] = (
    None, True, False, 0, -1, 1, 2**63, 10**30, 10**99, -(10**99), 1.0, 0.5, -0.0, 1e308, 5e-324, [], {},
    [[]], [None], [1, "a", None], {"": 0}, {"a": {}}, [{}], {"0": "0"}, [["alg", "HS256"], ["kid", []]],
    {"$ref": "#/"}, {"$ref": []}, {"type": []}, [{"a": 1}, 2, "b", [3]], {"id": []}, {"id": {}},
    {"name": []},
)  # fmt: skip
_HEADERS = (
    b"", b"a", b"http://[", b"//", b"http://a:99999999/", b'"', b'W/"', b'W/""', b'"a", "b"', b"\xff\xfe",
    b"=", b"=;=;", b";", b",", b"9" * 5_000, b"text/html; charset=x", b"application/json; charset=utf-7",
    b"application/json;;;=", b"text/html", b"text/csv",
    b"badge=; max-age=99999999999999999999; expires=Thu, 99 Abc 0000", b"badge",
    b"session=%ff; path=a; path=b", b"language=\xe9", b"Bearer error=", b"Bearer " * 999,
    b"Thu, 32 Foo 10000 25:61:61 GMT", b"-1", b"GET" * 999, b"gzip", b"a" * 40_000,
)  # fmt: skip
_NAMES = (
    b"location",
    b"etag",
    b"content-type",
    b"set-cookie",
    b"www-authenticate",
    b"allow",
    b"content-encoding",
    b"x-protocol",
)
_BYTES = (
    b"", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\n\n", b'"', b"'", b",", b"<", b"<!--",
    b"<![", b"<!", b"<?", b"</", b"<a ", b"&#" + b"9" * 5_000 + b";", b"&#x" + b"f" * 5_000 + b";", b"<li>",
    b"</li>", b"<![if", b"<!DOCTYPE [", b"<script>", b"{", b"[", b"]", b"1" * 5_000 + b",x,1\r\n",
    b"x" * 140_000, b'\r\n"', "\N{ARABIC-INDIC DIGIT ONE}".encode() + b",x,1\r\n", b"NaN", b"<" * 500,
    b"<a b=" * 99,
)  # fmt: skip


def hostile(random_: Random, answer: Answer) -> Answer:
    """The answer with one to three changes."""
    for _ in range(random_.choice((1, 1, 1, 2, 3))):
        with contextlib.suppress(RecursionError):  # of a change to what an earlier one has nested too deep
            answer = random_.choice(_CHANGES)(random_, answer)
    return answer


def _value(random_: Random) -> object:
    kind = random_.randrange(6)
    if kind == 0:
        return random_.choice(_TEXTS)
    if kind == 1:
        return Raw(random_.choice(_RAW))
    if kind == 2:
        return _nested(random_.choice((5, 50, 95, 99, 100, 101, 480, 900)))
    return random_.choice(_VALUES)


def _in_json(random_: Random, answer: Answer) -> Answer:
    """Another value somewhere in the JSON."""
    try:
        value = json.loads(answer.body)
        return replace(answer, body=_dumped(random_, _changed(random_, value)))
    except (ValueError, RecursionError):
        return _in_bytes(random_, answer)


def _dumped(random_: Random, value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=random_.random() < 0.8, indent=None)
    return text.encode("utf-8", "surrogatepass")


def _changed(random_: Random, value: object) -> object:
    """The value, with something in it changed."""
    goes_on = random_.random() < _DEEPER
    if isinstance(value, dict) and value and goes_on:
        return _changed_object(random_, value)
    if isinstance(value, list) and value and goes_on:
        return _changed_list(random_, value)
    if isinstance(value, str) and value.count(".") == 2 and goes_on:
        return _token(random_, value)
    if random_.random() < _WRAPPED:
        wrapped: tuple[object, ...] = ([value], {"a": value}, str(value), f" {value}", [value, value])
        return random_.choice(wrapped)
    return _value(random_)


def _changed_object(random_: Random, value: dict[str, object]) -> dict[str, object]:
    key, name = random_.choice(list(value)), random_.choice(_TEXTS)[:200]
    how = random_.randrange(8)
    if how == 0:
        return {other: each for other, each in value.items() if other != key}
    if how == 1:
        return {**value, name: _value(random_)}
    if how == 2:
        return {name if other == key else other: each for other, each in value.items()}
    return {**value, key: _changed(random_, value[key])}


def _changed_list(random_: Random, value: list[object]) -> list[object]:
    at, how = random_.randrange(len(value)), random_.randrange(6)
    if how == 0:
        return value[:at] + value[at + 1 :]
    if how == 1:
        return [*value, _value(random_)]
    if how == 2:
        return [*value[:at], value[at], *value[at:]]
    return [*value[:at], _changed(random_, value[at]), *value[at + 1 :]]


def _token(random_: Random, token: str) -> str:
    """A JWT with another value in one of its parts, or with a part that is not one."""
    parts = token.split(".")
    at = random_.randrange(3)
    try:
        value = json.loads(base64.urlsafe_b64decode(parts[at] + "=="))
        new = _dumped(random_, _changed(random_, value))
    except (ValueError, RecursionError):
        new = random_.choice(_BYTES)
    parts[at] = base64.urlsafe_b64encode(new).rstrip(b"=").decode()
    if random_.random() < 0.2:
        parts[at] = str(random_.choice(_TEXTS))
    return ".".join(parts[:3] if random_.random() < 0.9 else parts[:at])


def _under_a_key(random_: Random, answer: Answer) -> Answer:
    """Another value under one of the JSON's keys, wherever it occurs: in a document each is as likely."""
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        return _in_bytes(random_, answer)
    keys = sorted(set(_keys(value)))
    if not keys:
        return _other_json(random_, answer)
    key, new, whole = random_.choice(keys), _value(random_), random_.random() < 0.5

    def other(each: object) -> object:
        if isinstance(each, dict):
            found = {name: other(below) for name, below in each.items()}
            if key in found:
                found[key] = new if whole else _changed(random_, found[key])
            return found
        return [other(below) for below in each] if isinstance(each, list) else each

    return replace(answer, body=_dumped(random_, other(value)))


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(each)


def _other_json(random_: Random, answer: Answer) -> Answer:
    return replace(answer, body=_dumped(random_, _value(random_)))


def _in_bytes(random_: Random, answer: Answer) -> Answer:
    """Bytes put in, taken out or repeated."""
    body, at = answer.body, random_.randrange(len(answer.body) + 1)
    how = random_.randrange(4)
    if how == 0:
        body = body[:at]
    elif how == 1:
        body = body[:at] + body[min(len(body), at + random_.randint(1, 9)) :]
    elif how == 2:
        body = body[:at] + random_.choice(_BYTES) + body[at:]
    else:
        body = body[:at] + random_.choice(_BYTES)[:2_000] * random_.choice((1, 2, 99)) + body[at:]
    return replace(answer, body=body)


def _in_headers(random_: Random, answer: Answer) -> Answer:
    """A header more, a header less, or one with another value."""
    headers = list(answer.headers)
    how = random_.randrange(4)
    if how == 0 or not headers:
        headers.insert(
            random_.randrange(len(headers) + 1), (random_.choice(_NAMES), random_.choice(_HEADERS))
        )
    else:
        at = random_.randrange(len(headers))
        name, value = headers[at]
        new = [] if how == 1 else [(name, random_.choice(_HEADERS))] if how == 2 else [(name, value)] * 2
        headers[at : at + 1] = new
    return replace(answer, headers=tuple(headers))


def _status(random_: Random, answer: Answer) -> Answer:
    return replace(answer, status=random_.choice((200, 201, 204, 304, 400, 404, 422, 500, 599, 999)))


_CHANGES: tuple[Change, ...] = (
    *[_in_json] * 5,
    *[_under_a_key] * 4,
    *[_in_bytes] * 3,
    _other_json,
    *[_in_headers] * 2,
    _status,
)
