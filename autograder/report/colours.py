"""Which words of a Python source are coloured: one expression, a tenth of the time that a lexer takes.

Where it takes a word for another kind of word, a colour is wrong and nothing else.
"""

from __future__ import annotations

import builtins
import functools
import html
import keyword
import re

from pygments.styles import get_style_by_name
from pygments.token import Comment, Keyword, Name, Number, String, _TokenType

__all__ = ["STYLE", "coloured_python"]

STYLE = "xcode"
"""A style of pygments'. Each of its colours is dark enough on white; a test measures them."""

# No alternative can match a text in two ways, so that no source costs more than its length.
_WORDS = re.compile(
    r"""
      (?P<comment> \#[^\n]* )
    | (?P<string> (?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])?
        (?: \"{3}(?:\\.|[^\\])*?(?:\"{3}|\\?\Z) | '{3}(?:\\.|[^\\])*?(?:'{3}|\\?\Z)
          | \"(?:\\.|[^\"\\\n])*\"? | '(?:\\.|[^'\\\n])*'? ) )
    | (?P<decorator> ^[ ]*@[ ]*[\w.]+ )
    | (?P<number> (?<!\w)\d[\w.]* )
    | (?P<word> [^\W\d]\w* )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_KINDS: dict[str, _TokenType] = {
    "comment": Comment,
    "string": String,
    "decorator": Name.Decorator,
    "number": Number,
    "keyword": Keyword,
    "builtin": Name.Builtin,
    "class": Name.Class,
    "def": Name.Function,
}
_BUILTINS = {name for name in dir(builtins) if not name.startswith("_")} | {"self", "cls"}


def coloured_python(source: str) -> str:
    """The source as escaped HTML, with spans of inline colour.

    Args:
        source: what may stand on a page: ``visible`` made it.
    """
    pieces: list[str] = []
    before, at = "", 0
    for match in _WORDS.finditer(source):
        kind, text = match.lastgroup or "", match[0]
        if kind == "word":
            kind, before = _kind_of(text, before), text
        colour = _colours().get(kind)
        if colour is not None:
            pieces += html.escape(source[at : match.start()]), f'<span style="color: {colour}">'
            pieces += html.escape(text), "</span>"
            at = match.end()
    pieces.append(html.escape(source[at:]))
    return "".join(pieces)


def _kind_of(word: str, before: str) -> str:
    if keyword.iskeyword(word):
        return "keyword"
    if before in {"class", "def"}:
        return before
    return "builtin" if word in _BUILTINS else ""


@functools.cache
def _colours() -> dict[str, str]:
    style = get_style_by_name(STYLE)
    found = {name: style.style_for_token(kind)["color"] for name, kind in _KINDS.items()}
    return {name: f"#{colour}" for name, colour in found.items() if colour and colour != "000000"}
