"""Shows a learner's source as highlighted text: escaped, capped, never run."""

from __future__ import annotations

import html
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

from autograder.report.escape import clip, visible

__all__ = ["CODE_CSS", "source_view"]

_FILES_MOST = 12
_LINES_MOST = 400
_WIDTH_MOST = 300
_OPEN_LINES = 150

_FORMATTER = HtmlFormatter(style="xcode", cssclass="course-code", wrapcode=True)
CODE_CSS = _FORMATTER.get_style_defs(".course-code")
"""Colours for ``source_view``; dark on white."""


def source_view(folder: Path, files: Iterable[PurePosixPath]) -> str:
    """HTML of the files, each folded under its name.

    Args:
        folder: the clean folder of a hand-in.
        files: below it.
    """
    shown = list(files)
    pieces = [_file(folder, path) for path in shown[:_FILES_MOST]]
    if len(shown) > _FILES_MOST:
        names = ", ".join(html.escape(str(path)) for path in shown[_FILES_MOST:])
        pieces.append(f"<p>Handed in as well: {names}.</p>")
    return "".join(pieces)


def _file(folder: Path, path: PurePosixPath) -> str:
    text = (folder / path).read_bytes().decode("utf-8", "replace")
    lines = text.count("\n") + (not text.endswith("\n"))
    shown = "\n".join(text.split("\n", _LINES_MOST)[:_LINES_MOST])
    listing = highlight(visible(clip(shown, lines=_LINES_MOST, width=_WIDTH_MOST)), _lexer(path), _FORMATTER)
    more = f"<p>{lines - _LINES_MOST} more lines are not shown.</p>" if lines > _LINES_MOST else ""
    is_open = " open" if lines <= _OPEN_LINES else ""
    name = html.escape(str(path))
    count = "1 line" if lines == 1 else f"{lines} lines"
    return f"<details{is_open}><summary><code>{name}</code>, {count}</summary>{listing}{more}</details>"


def _lexer(path: PurePosixPath) -> object:
    try:
        return get_lexer_for_filename(path.name)
    except ClassNotFound:
        return TextLexer()
