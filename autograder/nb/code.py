"""Decides how a code cell looks on nbgrader's pages: like our listings, highlighted in one pass and capped.

nbconvert's own filter uses IPython's lexer, whose time grows with the square of some cells: 30,000
spaces took ten seconds of each page.
"""

from __future__ import annotations

from typing import Any

from autograder.report.listing import listing

__all__ = ["HIGHLIGHT_FILTER", "shown_code"]

HIGHLIGHT_FILTER = {"highlight_code": f"{__name__}.shown_code"}
"""What replaces nbconvert's filter, as ``HTMLExporter.filters`` takes it."""


def shown_code(source: str, **_about: Any) -> str:
    """A cell's source as HTML, as a filter of nbconvert's; a longer one than a listing is cut and says so."""
    return f'<div class="highlight"><pre>{listing(source, "cell.py")}</pre></div>'
