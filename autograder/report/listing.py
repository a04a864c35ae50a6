"""Decides how a learner's source looks on a page: highlighted, escaped, capped, never run."""

from __future__ import annotations

import html

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

from autograder.report.escape import clip, visible

__all__ = ["listing"]

_LINES = 600
_LINE_WIDTH = 300
_CHARS = 60_000
# Every colour of this style is dark enough on white; a test measures them.
_STYLE = "xcode"


def listing(source: str, name: str) -> str:
    """The source as spans with inline colours, to stand in a ``pre``; a long one is cut and says so.

    Args:
        source: of one file.
        name: the file's name; its ending chooses the language.
    """
    text = visible(clip(source[:_CHARS], lines=_LINES, width=_LINE_WIDTH))
    if len(source) > _CHARS:
        text += "\n... (the rest is left out)"
    marked: str = highlight(text, _lexer(name), HtmlFormatter(noclasses=True, nowrap=True, style=_STYLE))
    return marked if marked.strip() else html.escape(text)


def _lexer(name: str) -> Lexer:
    try:
        return get_lexer_for_filename(name, stripnl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False)
