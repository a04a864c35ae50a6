"""A student's Markdown: nothing in it acts, and nothing of it is lost."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.nb import markdown
from autograder.nb.markdown import fenced, harmless, is_harmless

PLAIN = [
    "Flask is *fine*, `FastAPI` **too**; a < b and c > d & e.",
    "```html\n<script>alert(1)</script>\n```",
    "Use `<script>` with care, and ``a ` <b>``.",
    "    <script>in indented code</script>",
    "> ```\n> <iframe>\n> ```",
    "| a | b |\n|---|:-:|\n| 1 | `x` |",
    "[docs](https://example.org/a?b=c#d) and <https://example.org> and [up](#top)",
    "- [x] measured\n- [ ] written",
    "$x < y$ and\n\n$$a & b$$",
    r"$O(n \log n)$ and $\sum_{i=0}^{n} \frac{i}{\sqrt{2}} \le \text{all of it}$",
    r"It lies in C:\Users\ada, and `$\href{a}{b}$` is code.",
    "```\n$\\href{javascript:alert(1)}{x}$\n```\n\n$x$",
    "\\begin{equation}\nx^2\n\\end{equation}",
    "<svg/onload=alert(1)> is text to the renderer",
    "```\ncode\n```<script>alert(1)</script>",
    '[x](https://a.example "t\\" onclick=alert(1)")',
    "# Heading\n\ntext\n\n---\n\n1. one\n2. two",
]

FORMULAS = [
    r"$\href{javascript:alert(1)}{x}$",
    r"$$\href{JaVaScRiPt:alert(1)}{x}$$",
    r"\\(\href{data:text/html,a}{x}\\)",
    r"\\[\href{vbscript:x}{x}\\]",
    r"&#36;\href{javascript&colon;alert(1)}{x}&#36;",
    r"\$\href{javascript:alert(1)}{x}\$",
    "\\begin{equation}\\href{javascript:alert(1)}{x}\\end{equation}",
    r"$\text{$\href{javascript:alert(1)}{x}$}$",
    r"| $a$ | $\href{javascript:alert(1)}{x}$ |" + "\n|---|---|\n| 1 | 2 |",
    r"$\style{position:fixed;top:0;left:0}{100 of 100}$",
    r"$\class{full-credit}{x}$",
    r"$\cssId{opinion-memo}{x}$",
    r"$\require{html}\href{javascript:alert(1)}{x}$",
    r"$\def\a{\href{javascript:alert(1)}}\a{x}$",
    r"$\newcommand{\a}[1]{#1}$",
    r"$\let\a=\href \a{javascript:alert(1)}{x}$",
    r"$\csname href\endcsname{javascript:alert(1)}{x}$",
    r"$\bbox[position:fixed]{x}$",
    r"$\unicode[a;position:fixed]{x41}$",
    r"$\mmlToken{mi}[href='javascript:alert(1)']{x}$",
    r"$\html{x}$ and `code`",
    r"$\label{a}\tag{1}$",
]

HOSTILE = [
    *FORMULAS,
    "<script>alert(1)</script>",
    "text <img src=x onerror=alert(1)> text",
    "<details open ontoggle=alert(1)>",
    "<!-- <script> -->",
    "<style>body{display:none}</style>",
    '<span class="full-credit">press</span>',
    "<a href='`'>x `<script>alert(1)</script>`",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](evil.html)",
    "[x](//evil.example/x)",
    "[x]( <javascript:alert(1)> )",
    "[x]\n\n[x]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/seen.png)",
    "![x](attachment:none.png)",
    "![x][y]\n\n[y]: https://evil.example/seen.png",
    "```mermaid\n<img src=x onerror=alert(1)>\n```",
    "~~~mermaid x\n<script>alert(1)</script>\n~~~",
    "- a\n\n  ```mermaid\n  <script>alert(1)</script>\n  ```",
    "- item\n  <div onclick=alert(1)>\n\n    <pre>x</pre>",
    "> <script>\n> alert(1)\n> </script>",
    "| a |\n|---|\n| <b onclick=alert(1)>x</b> |",
    "`code\n\n<script>alert(1)</script>`",
    "\\`<script>alert(1)</script>`",
    "\\\\<script>alert(1)</script>",
    "$`$<script>alert(1)</script>`",
    "\\begin{x}`\\end{x}<script>alert(1)</script>`",
    "term\n: <script>alert(1)</script>",
    "www.example.org/<script>alert(1)</script>",
]


def page(text: str) -> str:
    """What a browser would be sent."""
    return str(MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(text))


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_markdown_is_not_touched(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_is_seen_and_made_harmless(text: str) -> None:
    assert not is_harmless(text)
    made = harmless(text)
    assert is_harmless(made)
    shown = page(made)
    for live in (
        "<script",
        "<img",
        "<svg",
        "<style",
        "<iframe",
        "<details",
        "<!--",
        'href="javascript',
        "<b ",
    ):
        assert live not in shown


@pytest.mark.parametrize("text", [text for text in HOSTILE if "](" not in text and "[y]" not in text])
def test_not_a_word_is_lost(text: str) -> None:
    words = re.findall(r"[a-z0-9]{2,}", re.sub(r"(?<=```|~~~)mermaid", "", text))
    shown = html.unescape(page(harmless(text)))
    assert [word for word in words if word not in shown] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_making_it_harmless_twice_changes_nothing_more(text: str) -> None:
    once = harmless(text)
    assert harmless(once) == once


def test_code_spans_survive_beside_what_is_escaped() -> None:
    assert harmless("<script>x</script> is not `<script>`") == "&lt;script>x&lt;/script> is not `<script>`"


def test_a_heading_cannot_take_the_id_of_a_grade_cell() -> None:
    made = harmless("# opinion-memo\n\ntext", ["opinion-memo"])
    assert 'id="opinion-memo' not in page(made)
    assert "# opinion-memo" in page(made)


def test_text_with_any_run_of_backticks_can_be_fenced() -> None:
    text = "``` `````` <script>"
    assert is_harmless(fenced(text))
    assert text in fenced(text)


@pytest.mark.parametrize("opening", ["\\\\(", "\\\\[", "\\begin{a}"])
def test_a_text_of_openings_is_not_parsed(opening: str, monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = opening * 200, opening * 201
    assert harmless(few) == few or is_harmless(harmless(few))
    monkeypatch.setattr(markdown, "MarkdownWithMath", None)
    assert harmless(many) == fenced(many)


def test_deep_nesting_does_not_break_it() -> None:
    assert is_harmless(harmless("> " * 3000 + "<script>"))
    assert is_harmless(harmless("[" * 3000 + "<b>" + "](x)" * 3000))


PIECES = st.sampled_from(
    [
        *HOSTILE,
        *PLAIN,
        "`",
        "``",
        "\n",
        "\n\n",
        "    ",
        "> ",
        "- ",
        "\\",
        "<",
        "](",
        "![",
        "$",
        "|",
        "~~~\n",
        "```\n",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=6))
def test_no_mixture_of_them_acts(pieces: list[str]) -> None:
    assert is_harmless(harmless("".join(pieces)))
