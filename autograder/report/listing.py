"""Decides how a learner's source looks on a page: escaped, capped, Python highlighted, nothing run."""

from __future__ import annotations

import html
from collections.abc import Mapping
from itertools import islice

from autograder.report.colours import coloured_python
from autograder.report.escape import clip, visible

__all__ = ["FILES_MOST", "listing", "not_shown", "shortened"]

FILES_MOST = 12
"""Files of a part that are shown; a page holds names of the others."""

_LINES = 400
_LINE_WIDTH = 300
_CHARS = 60_000


def shortened(sources: Mapping[str, str], most: int | None = None) -> dict[str, str]:
    """The first files by name, of each the first lines, and of all no more than a page can take.

    Args:
        sources: text by name.
        most: so many lines of each, if fewer than usual.
    """
    most = _LINES if most is None else most
    left = _CHARS
    shown = {}
    for name, source in islice(sources.items(), FILES_MOST):
        lines = source[:left].split("\n", most)
        shown[name] = "\n".join(lines[:most])
        left -= len(shown[name])
    return shown


def not_shown(source: str, shown: str) -> str:
    """What a reader is told of the rest of a shortened source; empty where there is none."""
    if shown.rstrip("\n") == source.rstrip("\n"):
        return ""
    if len(shown) < len(source) and source[len(shown)] != "\n":
        return "The rest is not shown."
    rest = source[len(shown) + 1 :]
    count = rest.count("\n") + (not rest.endswith("\n"))
    return "1 more line is not shown." if count == 1 else f"{count} more lines are not shown."


def listing(source: str, name: str) -> str:
    """The source as HTML to stand in a ``pre``; a long one is cut and says so.

    Python has inline colours. Any other file is plain: the lexers of pygments take the square of some texts,
    and one of SQL held the page for a quarter of a minute.

    Args:
        source: of one file.
        name: the file's name; its ending says whether it is Python.
    """
    text = visible(clip(source[:_CHARS], lines=_LINES, width=_LINE_WIDTH))
    if len(source) > _CHARS:
        text += "\n... (the rest is left out)"
    return coloured_python(text) if name.endswith(".py") else html.escape(text)
