from __future__ import annotations

import html.parser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.tests.lessons.conftest import Write
from sidebyside import pair
from sidebyside.align import align, differing
from sidebyside.blocks import STYLE_VARIABLE
from sidebyside.paint import painted, pieces

pytestmark = pytest.mark.usefixtures("write")

LINES = st.lists(st.text("ab =():", max_size=6), max_size=7)


@given(LINES, LINES)
def test_alignment_loses_and_moves_no_line(left: list[str], right: list[str]) -> None:
    rows = align(left, right)
    assert [row.left for row in rows if row.left is not None] == left
    assert [row.right for row in rows if row.right is not None] == right


@given(LINES)
def test_a_text_differs_from_itself_nowhere(lines: list[str]) -> None:
    assert [row.sign for row in align(lines, lines)] == [" "] * len(lines)


def test_a_coroutine_is_the_counterpart_of_a_function() -> None:
    rows = align(["def show(a) -> dict:", "    x = get()"], ["async def show(", "    a,", ") -> dict:"])
    assert rows[0].left == "def show(a) -> dict:"
    assert rows[0].right == "async def show("


def test_only_the_words_that_differ_are_marked() -> None:
    left, right = '@app.get("/a/<int:n>")', '@app.get("/a/{n}")'
    mine, theirs = differing(left, right)
    assert [left[a:b] for a, b in mine] == ["<int:", ">"]
    assert [right[a:b] for a, b in theirs] == ["{", "}"]


def test_another_indent_is_not_marked() -> None:
    left, right = "        return first", "    return second"
    mine, theirs = differing(left, right)
    assert [left[a:b] for a, b in mine] == ["first"]
    assert [right[a:b] for a, b in theirs] == ["second"]


@given(st.lists(st.text("ab'\"#<>&é\t ", max_size=12), min_size=1, max_size=4))
def test_painted_code_reads_as_it_was_written(lines: list[str]) -> None:
    for line, row in zip(lines, pieces(lines, "python"), strict=True):
        assert Text.of(painted(row, [(0, 3)])) == line


def test_signs_stand_in_the_text_form() -> None:
    text = pair("talk", "hello").text(width=200)
    assert '≠ @app.get("/hello/<name>")' in text
    assert '│ @app.get("/hello/{name}")' in text
    assert "≠ 2 of 3 lines differ" in text


def test_a_narrow_terminal_gets_whole_blocks_one_after_the_other() -> None:
    lines = pair("talk", "hello").text(width=40).splitlines()
    assert max(map(len, lines)) <= 40
    flask, fastapi = (
        next(n for n, line in enumerate(lines) if line.startswith(name)) for name in ("Flask", "FastAPI")
    )
    assert [n for n, line in enumerate(lines) if "/hello/<name>" in line] == [flask + 1]
    assert fastapi > flask + 2


def test_each_side_is_one_block_that_can_be_copied() -> None:
    shown = Text.parsed(pair("talk", "hello")._repr_html_())
    flask, fastapi = (each["data-copy"] for each in shown.buttons)
    body = 'def hello(name: str) -> dict[str, str]:\n    return {"hello": name}'
    assert flask == f'@app.get("/hello/<name>")\n{body}'
    assert fastapi == f'@app.get("/hello/{{name}}")\nasync {body}'
    assert [each["aria-label"] for each in shown.buttons] == ["Copy Flask", "Copy FastAPI"]


def test_who_listens_is_told_what_differs(write: Write) -> None:
    assert "differs: @app.get" in Text.of(pair("talk", "hello")._repr_html_())
    only = {"talk/flask_app.py": "x = 1\ny = 2", "talk/fastapi_app.py": "x = 1"}
    for name, code in only.items():
        write(name, f"# region all\n{code}\n# endregion\n")
    assert "only in Flask: y = 2" in Text.of(pair("talk")._repr_html_())


def test_a_page_that_brings_the_style_gets_no_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "<style>" in pair("talk")._repr_html_()
    monkeypatch.setenv(STYLE_VARIABLE, "page")
    assert "<style>" not in pair("talk")._repr_html_()


class Text(html.parser.HTMLParser):
    """The text of a piece of HTML, without style sheets and what screen readers skip; its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.buttons: list[dict[str, str | None]] = []
        self._skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if self._skipped or tag == "style" or ("aria-hidden", "true") in attrs:
            self._skipped.append(tag)
        if tag == "button":
            self.buttons.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if self._skipped and self._skipped[-1] == tag:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.text += data

    @classmethod
    def parsed(cls, markup: str) -> Text:
        parser = cls()
        parser.feed(markup)
        return parser

    @classmethod
    def of(cls, markup: str) -> str:
        return cls.parsed(markup).text
