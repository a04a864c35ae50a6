"""Decides which lines of a traceback a learner sees: their own frames, and what was raised."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["last_traceback", "own_frames"]

_START = "Traceback (most recent call last):"
# The sandbox writes a submission's own paths relative to its folder; all others are a library's.
_FOREIGN_FRAME = re.compile(r'  File "(?:/|[A-Za-z]:|\\\\|<frozen )')
_BELONGS_TO_FRAME = "    "
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")


def own_frames(traceback: str) -> str:
    """The traceback without colours and without the frames of Python and its libraries."""
    return "\n".join(_own_lines(_COLOUR.sub("", traceback).rstrip("\n").split("\n")))


def last_traceback(stderr: str) -> str:
    """The last traceback that an app printed while it ran, its own frames only; empty when none."""
    _, start, rest = stderr.rpartition(_START)
    return own_frames(start + rest) if start else ""


def _own_lines(lines: list[str]) -> Iterator[str]:
    dropping = False
    for line in lines:
        if not (dropping and line.startswith(_BELONGS_TO_FRAME)):
            dropping = _FOREIGN_FRAME.match(line) is not None
        if not dropping:
            yield line
