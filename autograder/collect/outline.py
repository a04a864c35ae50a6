"""Cuts outputs, attachments and notebook metadata out of a notebook's bytes before anything parses them.

What is left is bounded in size, depth and number of values, so that parsing it can neither take
long nor much memory. A notebook with 50 MB of plots passes; ten million empty lists do not.
"""

from __future__ import annotations

import re

from autograder.collect.caps import Caps

__all__ = ["NotReadable", "outline"]

# A string, with the colon when it is a key; a bracket; a quote that no other quote ends.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"(?:\s*+(:))?|["\[\]{}]', re.DOTALL)
_VALUE_OPENS = re.compile(rb"\s*+[\[{]")
_NOTEBOOK_DEPTH = 1
_CELL_DEPTH = 3
_CUT = {_NOTEBOOK_DEPTH: frozenset([b'"metadata"']), _CELL_DEPTH: frozenset([b'"outputs"', b'"attachments"'])}


class NotReadable(Exception):  # noqa: N818 - a fact about the notebook
    """The bytes cannot be taken as a notebook; the text ends a sentence that begins with 'it'."""


def outline(data: bytes, caps: Caps) -> bytes:
    """The same JSON with what is cut replaced by ``null``.

    Raises:
        NotReadable: it cannot be JSON, or it is too deep or too large to parse.
    """
    kept: list[bytes] = []
    copied = depth = tokens = 0
    cut_depth: int | None = None
    for scanned, token in enumerate(_TOKEN.finditer(data)):
        if scanned >= caps.scanned_tokens or tokens > caps.outline_tokens or depth > caps.json_depth:
            raise NotReadable("holds far more, or far deeper, data than a notebook of this exercise needs")
        text = token[0]
        if text == b'"':
            raise NotReadable("is not JSON, as a notebook must be")
        tokens += cut_depth is None
        if text in b"{[":
            depth += 1
        elif text in b"]}":
            depth -= 1
            if depth < 0:
                raise NotReadable("is not JSON, as a notebook must be")
            if depth == cut_depth:
                copied, cut_depth = token.end(), None
        elif cut_depth is None and token[1] and token[0][: text.rindex(b'"') + 1] in _CUT.get(depth, ()):
            if _VALUE_OPENS.match(data, token.end()):
                kept += [data[copied : token.end()], b"null"]
                cut_depth = depth
    kept.append(data[copied:] if cut_depth is None else b"")
    left = b"".join(kept)
    if len(left) > caps.outline_bytes:
        raise NotReadable(f"holds more than {caps.outline_bytes // 1_000_000} MB of text beside its outputs")
    return left
