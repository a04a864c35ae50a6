"""Decides what of a submitted cell's nbgrader metadata is kept: only what nbgrader is sure to accept.

Stock nbgrader ends the whole batch over one cell whose schema version is odd, and one submission
over a grade id that is twice there or is not a name; so neither leaves this module.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["CELL_TYPES", "nbgrader_metadata", "settled_type"]

CELL_TYPES = frozenset(["code", "markdown", "raw"])

_SCHEMA_VERSION = 3
_GRADE_ID = re.compile(r"[a-zA-Z0-9_\-]{1,100}")
_CHECKSUM = re.compile(r"[0-9a-f]{32}")
_MOST_POINTS = 1e6


def nbgrader_metadata(metadata: object) -> dict[str, Any] | None:
    """The nbgrader part of a cell's metadata, complete and of the right types; None when it is not usable.

    Args:
        metadata: a cell's metadata as parsed from JSON, whatever it is.
    """
    raw = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if not isinstance(raw, dict):
        return None
    flags = {key: raw.get(key, False) for key in ("grade", "locked", "solution", "task")}
    grade_id = raw.get("grade_id")
    if not all(isinstance(flag, bool) for flag in flags.values()) or not any(flags.values()):
        return None
    if not isinstance(grade_id, str) or not _GRADE_ID.fullmatch(grade_id):
        return None
    kept: dict[str, Any] = {**flags, "grade_id": grade_id, "schema_version": _SCHEMA_VERSION}
    if flags["grade"] or flags["task"]:
        points = raw.get("points")
        if not _is_points(points):
            return None
        kept["points"] = points
    if isinstance(checksum := raw.get("checksum"), str) and _CHECKSUM.fullmatch(checksum):
        kept["checksum"] = checksum
    if isinstance(kind := raw.get("cell_type"), str) and kind in CELL_TYPES:
        kept["cell_type"] = kind
    return kept


def _is_points(points: object) -> bool:
    if isinstance(points, bool) or not isinstance(points, int | float):
        return False
    return 0 <= points <= _MOST_POINTS  # which neither NaN nor infinity is


def settled_type(kind: str, nbgrader: Mapping[str, Any]) -> str | None:
    """The type of a cell with this metadata, or None when nbgrader would accept no type.

    Args:
        kind: the cell's type as handed in.
        nbgrader: the cell's kept metadata; the type it was released with wins.
    """
    kind = nbgrader.get("cell_type", kind)
    if nbgrader["task"]:
        return "markdown"
    if kind == "markdown" and nbgrader["grade"] != nbgrader["solution"]:
        return None
    return kind
