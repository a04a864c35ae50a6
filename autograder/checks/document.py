"""A JSON document of an app's, such as OpenAPI's: its references followed, at a cost that is bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograder.checks.expect import CheckFailed

__all__ = ["Document", "at"]

_MOST_KEYS = 50_000
_MOST_STEPS = 5
_MOST_NAMES = 30
_MOST_ALTERNATIVES = 30


def at(value: object, *keys: str) -> Any:
    """What stands there in nested objects; None where something on the way is no object or lacks the key."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


class Document:
    """Resolves references within one document; nothing in it has to be what it should be.

    A few kilobytes can refer to themselves so often that what they stand for fits no memory. So every key
    of what is resolved counts, and beyond a bound the check fails.

    Args:
        value: the document as read.
        most_keys: how many keys may be resolved in all.
    """

    def __init__(self, value: object, *, most_keys: int = _MOST_KEYS) -> None:
        self.value = value
        self._left = most_keys
        self._most = most_keys

    def at(self, *keys: str) -> Any:
        """What stands there in the document."""
        return at(self.value, *keys)

    def merged(self, *objects: Mapping[str, Any]) -> dict[str, Any]:
        """One object with the keys of all; a later one's values count. Raises CheckFailed at the bound."""
        self._left -= sum(map(len, objects)) + 1
        if self._left < 0:
            message = (
                f"The document repeats itself too often: its references stand for more than {self._most:,} "
                "keys. Define each schema once, and refer to it once where it is used."
            )
            raise CheckFailed(message)
        return {key: value for each in objects for key, value in each.items()}

    def resolved(self, value: object) -> dict[str, Any]:
        """The object, with the keys of what its `$ref` names beneath its own; empty where it is no object.

        Raises:
            CheckFailed: the document has been followed too far.
        """
        whole = self.merged(value) if isinstance(value, dict) else {}
        reference = whole.get("$ref")
        for _ in range(_MOST_STEPS):
            if not isinstance(reference, str):
                break
            target = self.at(*reference.removeprefix("#/").split("/")[:_MOST_NAMES])
            if not isinstance(target, dict):
                break
            whole, reference = self.merged(target, whole), target.get("$ref")
        return whole

    def schemas(self, value: object, depth: int = 4) -> Iterator[dict[str, Any]]:
        """The schema, resolved, and its alternatives one by one.

        Args:
            value: a schema of the document.
            depth: how many schemas deep alternatives are looked at.

        Raises:
            CheckFailed: as `resolved`.
        """
        if not isinstance(value, dict) or depth == 0:
            return
        whole = self.resolved(value)
        yield whole
        for key in ("anyOf", "oneOf", "allOf"):
            listed = whole.get(key)
            for each in listed[:_MOST_ALTERNATIVES] if isinstance(listed, list) else ():
                yield from self.schemas(each, depth - 1)
