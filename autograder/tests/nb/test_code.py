"""A student's code cells on nbgrader's pages: no lexer takes the square of a cell, and a long cell is cut."""

from __future__ import annotations

import re
from typing import Any

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook
from pygments.lexer import RegexLexer
from traitlets.config import Config

from autograder.nb.code import HIGHLIGHT_FILTER, shown_code
from autograder.nb.config import _feedback

SLOW_CELLS = {
    "spaces": " " * 30_000,
    "lines of one space": "\n " * 15_000,
    "names": "a." * 15_000,
    "lines of spaces": (" " * 100 + "\n") * 300,
    "percent signs": "%" * 30_000,
    "backslashes": "\\" * 30_000,
    "marks": "e\u0301" * 15_000,
}


@pytest.fixture
def lexed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many characters a lexer of pygments was given."""
    given: list[int] = []

    def note(_lexer: object, text: str, *_: object) -> list[object]:
        given.append(len(text))
        return []

    monkeypatch.setattr(RegexLexer, "get_tokens_unprocessed", note)
    return given


def page(*cells: str) -> str:
    """The cells on a page of nbconvert's, made with the configuration that the feedback has."""
    c: Any = Config()
    _feedback(c)
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    exporter = HTMLExporter(config=Config(HTMLExporter={"filters": c.HTMLExporter.filters}))
    return str(exporter.from_notebook_node(notebook)[0])


@pytest.mark.parametrize("name", SLOW_CELLS)
def test_no_lexer_of_pygments_reads_a_cell(name: str, lexed: list[int]) -> None:
    assert "highlight" in page(SLOW_CELLS[name])
    assert lexed == []


@pytest.mark.parametrize("name", SLOW_CELLS)
def test_a_long_cell_is_cut_and_says_so(name: str) -> None:
    shown = re.sub(r"<[^>]*>", "", shown_code(SLOW_CELLS[name] * 4))
    assert len(shown) <= 400 * 360
    assert "more" in shown.splitlines()[-1] or "left out" in shown.splitlines()[-1]


def test_an_ordinary_cell_is_highlighted_and_escaped() -> None:
    source = "def f():\n    return '<b>'  # a comment"
    assert '<span style="color: ' in shown_code(source, metadata={})
    shown = page(source)
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown.partition('<div class="highlight">')[2].partition("</div>")[0]


def test_nbconvert_finds_the_filter_by_its_name() -> None:
    module, _, name = HIGHLIGHT_FILTER["highlight_code"].rpartition(".")
    assert (module, name) == (shown_code.__module__, shown_code.__name__)
