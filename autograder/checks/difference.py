"""Finds where one JSON value differs from another, and says it in one sentence."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

__all__ = ["difference"]

_SHOWN = 60
_BEFORE = 20
_NEAR = 200
_KEYS = 3
_TOKEN = re.compile(r"\\u[0-9a-f]{4}|\\.|.", re.DOTALL)
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)


def difference(got: object, expected: object) -> str | None:
    """The first place where ``got`` differs, as a sentence; None when the two are equal.

    ``1``, ``1.0`` and ``true`` all differ.
    """
    found = next(_differences(got, expected, ""), None)
    if found is None:
        return None
    path, what = found
    return (
        f"The JSON differs at `{path.removeprefix('.')}`: {what}." if path else f"The JSON differs: {what}."
    )


def _differences(got: object, expected: object, path: str) -> Iterator[tuple[str, str]]:
    """Paths, and what differs there."""
    if isinstance(got, Mapping) and isinstance(expected, Mapping):
        for key in expected:
            if key in got:
                yield from _differences(got[key], expected[key], f"{path}{_step(key)}")
        if got.keys() != expected.keys():
            yield path, _keys(got, expected)
    elif isinstance(got, list | tuple) and isinstance(expected, list | tuple):
        if len(got) != len(expected):
            yield path, f"expected {_counted(expected)}, got {len(got)}"
        for at, (one, other) in enumerate(zip(got, expected, strict=False)):
            yield from _differences(one, other, f"{path}[{at}]")
    elif type(got) is not type(expected) or got != expected:
        one, other = _told_apart(expected, got)
        yield path, f"expected {one}, got {other}"


def _keys(got: Mapping[str, object], expected: Mapping[str, object]) -> str:
    missing = [key for key in expected if key not in got]
    extra = [key for key in got if key not in expected]
    told = []
    if _only_normalized(missing, extra):
        missing, extra = ([json.dumps(key)[1:-1] for key in keys] for keys in (missing, extra))
    if missing:
        told.append(f"{_named(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    if extra:
        told.append(f"{_named(extra)} {'is' if len(extra) == 1 else 'are'} not expected")
    return ", and ".join(told)


def _named(keys: Sequence[str]) -> str:
    named = [f"`{_cut(_visible(key))}`" for key in islice(keys, _KEYS)]
    if len(keys) > _KEYS:
        named.append(f"{len(keys) - _KEYS} more")
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"the key {listed}" if len(keys) == 1 else f"the keys {listed}"


def _counted(values: Sequence[object]) -> str:
    return "1 element" if len(values) == 1 else f"{len(values)} elements"


def _step(key: str) -> str:
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{_cut(_json(key))}]"


def _shown(value: object) -> str:
    """A value as JSON; a long object or array by its kind."""
    if isinstance(value, Mapping | list | tuple):
        kind = "an object" if isinstance(value, Mapping) else "an array"
        try:
            told = _json(value)
        except RecursionError:
            return kind
        return f"`{told}`" if len(told) <= _SHOWN else kind
    return f"`{_cut(_json(value))}`"


def _told_apart(one: object, other: object) -> tuple[str, str]:
    """Two values that differ, so that a reader sees that they do: long ones around the first difference."""
    if any(isinstance(value, Mapping | list | tuple) for value in (one, other)):
        return _shown(one), _shown(other)
    is_ascii = isinstance(one, str) and isinstance(other, str) and _only_normalized([one], [other])
    told = [json.dumps(value) if is_ascii else _json(value) for value in (one, other)]
    same = _first_difference(*told)
    if max(map(len, told)) <= _SHOWN or same < _BEFORE:
        return f"`{_cut(told[0])}`", f"`{_cut(told[1])}`"
    start = max(0, same - _NEAR)
    near = [_TOKEN.findall(text[start : same + _NEAR]) for text in told]
    at = _first_difference(*near)
    before_it = range(max(0, at - _BEFORE), at)
    first = next((each for each in before_it if len("".join(near[0][each:at])) <= _BEFORE), at)
    shown = ["".join(tokens[first:]) for tokens in near]
    before = "…" if start or first else ""
    return f"`{before}{_cut(shown[0])}`", f"`{before}{_cut(shown[1])}`"


def _first_difference(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def _only_normalized(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether a text on either side is, to the eye, one on the other: they differ in normalization alone."""
    return not {_normalized(text) for text in some}.isdisjoint(_normalized(text) for text in others)


def _normalized(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _json(value: object) -> str:
    return _visible(json.dumps(value, ensure_ascii=False))


def _visible(text: str) -> str:
    """The text with JSON's escapes for all that cannot be seen."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
