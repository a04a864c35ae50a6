"""Cuts outputs, attachments and notebook metadata out of a notebook's bytes before anything parses them.

What is left is bounded in size, depth and number of values, so that parsing it can neither take
long nor much memory. A notebook with 50 MB of plots passes; ten million empty lists do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.collect.caps import Caps

__all__ = ["NotReadable", "outline"]

# A string, with the colon when it is a key; a bracket; a quote that no other quote ends.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"(?:\s*+(:))?|["\[\]{}]', re.DOTALL)
_OPENS = re.compile(rb"\s*+[\[{]")
_NOTEBOOK_DEPTH = 1
_CELL_DEPTH = 3
_CUT = {_NOTEBOOK_DEPTH: frozenset([b'"metadata"']), _CELL_DEPTH: frozenset([b'"outputs"', b'"attachments"'])}
_BRACKETS = frozenset([b"{", b"[", b"}", b"]"])
_NO_JSON = "is not JSON, as a notebook must be"
_TOO_MUCH = "holds far more, or far deeper, data than a notebook of this exercise needs"


class NotReadable(Exception):
    """The bytes cannot be taken as a notebook; the text ends a sentence that begins with 'it'."""


def outline(data: bytes, caps: Caps) -> bytes:
    """The same JSON with what is cut replaced by ``null``.

    Raises:
        NotReadable: it cannot be JSON, or it is too deep or too large to parse.
    """
    left = b"".join(_Cutter(data, caps).kept())
    if len(left) > caps.outline_bytes:
        raise NotReadable(f"holds more than {caps.outline_bytes // 1_000_000} MB of text beside its outputs")
    return left


class _Cutter:
    """Goes once through a notebook's tokens."""

    def __init__(self, data: bytes, caps: Caps) -> None:
        self._data = data
        self._caps = caps
        self._depth = 0
        self._cut_depth: int | None = None

    def kept(self) -> Iterator[bytes]:
        """The pieces that are not cut, with ``null`` in place of those that are."""
        copied = tokens = 0
        for scanned, token in enumerate(_TOKEN.finditer(self._data)):
            tokens += self._cut_depth is None
            if scanned >= self._caps.scanned_tokens or tokens > self._caps.outline_tokens:
                raise NotReadable(_TOO_MUCH)
            if token[0] in _BRACKETS:
                if self._bracket(token[0]):
                    copied = token.end()
            elif self._cuts(token):
                yield self._data[copied : token.end()]
                yield b"null"
                self._cut_depth = self._depth
        if self._cut_depth is None:
            yield self._data[copied:]

    def _bracket(self, bracket: bytes) -> bool:
        """Keep count of the depth; true when the bracket ends what is being cut."""
        self._depth += 1 if bracket in {b"{", b"["} else -1
        if self._depth < 0:
            raise NotReadable(_NO_JSON)
        if self._depth > self._caps.json_depth:
            raise NotReadable(_TOO_MUCH)
        ends = self._depth == self._cut_depth
        if ends:
            self._cut_depth = None
        return ends

    def _cuts(self, token: re.Match[bytes]) -> bool:
        """Whether a string is a key whose value is cut, and that value is a list or an object."""
        if token[0] == b'"':
            raise NotReadable(_NO_JSON)
        if self._cut_depth is not None or not token[1]:
            return False
        key = token[0][: token[0].rindex(b'"') + 1]
        return key in _CUT.get(self._depth, ()) and _OPENS.match(self._data, token.end()) is not None
