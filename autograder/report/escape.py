"""Decides how text from a submission is shown: everything that does not print is made visible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["clip", "tail", "visible", "visible_line"]

_TAB = "    "
_MARKS_IN_A_ROW = 3
_IS_PLAIN = re.compile(r"[\n -~]*").fullmatch
# Letters and symbols to Unicode, blank to the eye: a name or a body could hide behind them.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def visible(text: str, *, ascii_only: bool = False) -> str:
    r"""The text with nothing in it that acts on a terminal, a page or the reader's eye.

    Line feeds stay and tabs become spaces. Escape sequences, other control characters, bidirectional
    overrides, blank and invisible characters, lone surrogates and long runs of combining marks are
    written as ``\x1b`` or ``\u202e``.

    Args:
        text: from a submission, or of any other origin.
        ascii_only: write everything outside ASCII like that, for a terminal that shows no more.
    """
    if _IS_PLAIN(text):
        return text
    return "".join(_shown(text, ascii_only=ascii_only))


def visible_line(text: str, width: int = 300, *, ascii_only: bool = False) -> str:
    r"""The same on one line of at most ``width`` characters; a line feed is shown as ``\n``."""
    shown = visible(text[: width + 1], ascii_only=ascii_only).replace("\n", "\\n")
    return shown if len(shown) <= width else f"{shown[: width - 3]}..."


def clip(text: str, *, lines: int, width: int) -> str:
    """The first ``lines`` lines, each of at most ``width`` characters; says what is left out.

    Works before or after ``visible``; before it bounds the work that ``visible`` has.
    """
    kept = text.rstrip("\n").split("\n", lines)
    more = [f"... ({_count(kept[lines])} more)"] if len(kept) > lines else []
    return "\n".join([_cut(line, width) for line in kept[:lines]] + more)


def tail(text: str, *, lines: int, width: int) -> str:
    """The last ``lines`` lines, as ``clip``: a traceback says at its end what happened."""
    kept = text.rstrip("\n").rsplit("\n", lines)
    more = [f"... ({_count(kept[0])} before)"] if len(kept) > lines else []
    return "\n".join(more + [_cut(line, width) for line in kept[-lines:]])


def _shown(text: str, *, ascii_only: bool) -> Iterator[str]:
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me", "Mc") else 0
        if char in ("\n", "\t"):
            yield _TAB if char == "\t" else char
        elif _stays(char, ascii_only=ascii_only) and marks <= _MARKS_IN_A_ROW:
            yield char
        else:
            yield _escaped(char)


def _stays(char: str, *, ascii_only: bool) -> bool:
    return char.isprintable() and char not in _BLANK and (char.isascii() or not ascii_only)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[:width]}... ({len(line) - width} more characters)"


def _count(rest: str) -> str:
    count = rest.count("\n") + 1
    return "1 line" if count == 1 else f"{count} lines"
