"""Makes a student's Markdown harmless without deleting a character of what it says.

Active HTML, scripted links, formulas that could make links or styles, and remote pictures become
visible text; code stays as it is. Whether that succeeded is not believed but seen: the text is
rendered by nbconvert's own parser, and what still holds anything but Markdown's own tags is shown as
one block of code.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator

from markdown_it import MarkdownIt
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.nb.formulas import has_foreign_macro

__all__ = ["PARSED_MOST", "fenced", "harmless", "is_harmless"]

PARSED_MOST = 20_000
"""Characters of a text that is read as Markdown: the parsers need the square of that for some texts."""

_FORMULA_OPENINGS = ("\\\\(", "\\\\[", "\\begin{")
_FORMULAS_MOST = 200
"""From each of these openings nbconvert's parser looks for an end, to the end of the text."""

_PARSER = MarkdownIt("commonmark")
_WEB = re.compile(r"(?:https?://|mailto:|#)[^\s\x00-\x20]*\Z", re.IGNORECASE)
_AUTOLINK = re.compile(r"<(?:https?://|mailto:)[^\s<>]*>|<[\w.+-]+@[\w.-]+>", re.IGNORECASE)
_DESTINATION = re.compile(r"\s*(?:<([^<>\n]*)>|([^\s)]*))")
_DEFINITION = re.compile(r"^([ >*+-]*)\[([^\]\n]+)\]:\s*(\S*)", re.MULTILINE)
_PARAGRAPH_END = re.compile(r"\n[ \t>]*\n|\Z")
_MERMAID = re.compile(r"^([ \t>*+-]*(?:\d+[.)])?[ \t]*(?:`{3,}|~{3,})[ \t]*)(?=mermaid)", re.MULTILINE)
_HEADING = re.compile(r"^([ >*+-]*)(#{1,6})", re.MULTILINE)

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*/?>')
_ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"<>]*)")?')
_TAGS = re.compile(
    "a|blockquote|br|code|dd|del|div|dl|dt|em|h[1-6]|hr|input|li|ol|p|pre|span|strong|"
    "table|tbody|td|th|thead|tr|ul"
)
_ATTRIBUTES = {"checked", "class", "disabled", "href", "id", "start", "style", "title", "type"}


def harmless(text: str, reserved: Collection[str] = ()) -> str:
    """The text as Markdown that renders to no active element; text that is so already is not changed.

    Args:
        text: Markdown that a student wrote.
        reserved: no heading may take an id that begins like one of these.
    """
    if len(text) > PARSED_MOST or sum(map(text.count, _FORMULA_OPENINGS)) > _FORMULAS_MOST:
        return fenced(text)
    if is_harmless(text, reserved):
        return text
    escaped = _escaped(text, reserved)
    return escaped if is_harmless(escaped, reserved) else fenced(text)


def fenced(text: str) -> str:
    """The text as one block of code."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def is_harmless(text: str, reserved: Collection[str] = ()) -> bool:
    """Whether nbconvert renders the text to Markdown's own tags and nothing that acts or loads."""
    renderer = _Watch()
    try:
        page = MarkdownWithMath(renderer=renderer).render(text)
    except RecursionError:
        return False
    if renderer.found:
        return False
    if not all(_known(page, match.start(), reserved) for match in re.finditer("<", page)):
        return False
    return not has_foreign_macro(page)


class _Watch(IPythonRenderer):
    """Renders as the pages do, and notes what a student could act through."""

    def __init__(self) -> None:
        super().__init__(escape=False)
        self.found = False

    def inline_html(self, html: str) -> str:
        self.found = True
        return ""

    def block_html(self, html: str) -> str:
        self.found = True
        return ""

    def block_mermaidjs(self, code: str) -> str:
        # nbconvert puts a diagram's text into the page unescaped.
        self.found = True
        return ""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        self.found = self.found or not _WEB.match(url)
        return str(super().link(text, url, title))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        # A remote picture tells its server who grades when; a pasted one does not come through collect.
        self.found = True
        return ""


def _known(page: str, start: int, reserved: Collection[str]) -> bool:
    tag = _TAG.match(page, start)
    if tag is None or not _TAGS.fullmatch(tag[2]):
        return False
    for name, value in _ATTRIBUTE.findall(tag[3]):
        told = html.unescape(value)
        if name not in _ATTRIBUTES:
            return False
        if name == "href" and not _WEB.match(told):
            return False
        if name == "style" and not re.fullmatch(r"text-align:\s*\w+;?", told):
            return False
        if name == "id" and any(told.startswith(each) for each in reserved):
            return False
    return True


def _escaped(text: str, reserved: Collection[str]) -> str:
    code = _code_lines(text)
    pieces: list[str] = []
    for is_code, lines in _runs(text.split("\n"), code):
        block = "\n".join(lines)
        pieces.append(_MERMAID.sub(r"\1text ", block) if is_code else "".join(_prose(block, reserved)))
    return "\n".join(pieces)


def _code_lines(text: str) -> set[int]:
    lines: set[int] = set()
    for token in _PARSER.parse(text):
        if token.type in {"fence", "code_block"} and token.map is not None:
            lines.update(range(*token.map))
    return lines


def _runs(lines: list[str], code: set[int]) -> Iterator[tuple[bool, list[str]]]:
    run: list[str] = []
    for number, line in enumerate(lines):
        if run and (number in code) != (number - 1 in code):
            yield number - 1 in code, run
            run = []
        run.append(line)
    yield len(lines) - 1 in code, run


def _prose(block: str, reserved: Collection[str]) -> Iterator[str]:
    """The block piece by piece, with code spans as they are and everything active escaped."""
    block = _DEFINITION.sub(_definition, block)
    if reserved:
        block = _HEADING.sub(r"\1\\\2", block)
    at = 0
    while at < len(block):
        piece, at = _piece(block, at)
        yield piece


def _piece(block: str, at: int) -> tuple[str, int]:
    char = block[at]
    if char == "\\":
        return block[at : at + 2], at + 2
    if char == "`":
        return _code_span(block, at)
    if char == "<":
        link = _AUTOLINK.match(block, at)
        return (link[0], link.end()) if link else ("&lt;", at + 1)
    if block.startswith("![", at):
        return "\\!", at + 1
    if block.startswith("](", at):
        target = _DESTINATION.match(block, at + 2)
        url = (target[1] or target[2] or "") if target else ""
        if not _WEB.match(url):
            return "]\\(", at + 2
    return char, at + 1


def _code_span(block: str, at: int) -> tuple[str, int]:
    run = re.compile("`+").match(block, at)
    assert run is not None
    end = _PARAGRAPH_END.search(block, at)
    limit = end.start() if end else len(block)
    for closing in re.finditer("`+", block[run.end() : limit]):
        if len(closing[0]) == len(run[0]):
            stop = run.end() + closing.end()
            return block[at:stop], stop
    return run[0], run.end()


def _definition(match: re.Match[str]) -> str:
    harmless_url = _WEB.match(match[3].strip("<>"))
    return match[0] if harmless_url else f"{match[1]}\\[{match[2]}]: {match[3]}"
