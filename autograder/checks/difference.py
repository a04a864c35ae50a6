"""Finds where one JSON value differs from another, and says it in one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

__all__ = ["difference"]

_SHOWN = 60
_KEYS = 3
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
        yield path, f"expected {_shown(expected)}, got {_shown(got)}"


def _keys(got: Mapping[str, object], expected: Mapping[str, object]) -> str:
    missing = [key for key in expected if key not in got]
    extra = [key for key in got if key not in expected]
    told = []
    if missing:
        told.append(f"{_named(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    if extra:
        told.append(f"{_named(extra)} {'is' if len(extra) == 1 else 'are'} not expected")
    return ", and ".join(told)


def _named(keys: Sequence[str]) -> str:
    named = [f"`{_cut(key)}`" for key in islice(keys, _KEYS)]
    if len(keys) > _KEYS:
        named.append(f"{len(keys) - _KEYS} more")
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"the key {listed}" if len(keys) == 1 else f"the keys {listed}"


def _counted(values: Sequence[object]) -> str:
    return "1 element" if len(values) == 1 else f"{len(values)} elements"


def _step(key: str) -> str:
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{_cut(json.dumps(key, ensure_ascii=False))}]"


def _shown(value: object) -> str:
    """A value as JSON; a long object or array by its kind."""
    if isinstance(value, Mapping | list | tuple):
        kind = "an object" if isinstance(value, Mapping) else "an array"
        try:
            told = json.dumps(value, ensure_ascii=False)
        except RecursionError:
            return kind
        return f"`{told}`" if len(told) <= _SHOWN else kind
    return f"`{_cut(json.dumps(value, ensure_ascii=False))}`"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
