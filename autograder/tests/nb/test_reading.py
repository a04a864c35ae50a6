"""Whatever is handed in as a notebook gives a valid notebook without anything active in it."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest

from autograder.nb.reading import read_handed_in


def raw(*cells: object, **more: object) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}).encode()


def markdown(source: object, **more: object) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


UNREADABLE = [
    b"",
    b"\xff\xfe\x00",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b'{"cells": 3}',
    b'{"cells": {}}',
    b"[" * 100_000,
    b'{"worksheets": []}',
]

ODD = [
    raw(3, None, [], "x"),
    raw({"cell_type": "widget", "source": "x"}),
    raw({"cell_type": ["markdown"], "source": {"a": 1}}),
    raw(markdown(["a", 3, None, "b"])),
    raw(markdown("x", id="not a valid id!" * 30)),
    raw(markdown("x", metadata="text")),
    raw(markdown("x", metadata={"nbgrader": "text"})),
    raw(markdown("x", metadata={"nbgrader": {"grade_id": {"a": 1}}})),
    raw(markdown("x", attachments={"a.svg": {"image/svg+xml": "<svg onload=x>"}})),
    raw(
        {
            "cell_type": "code",
            "source": "x",
            "outputs": [{"output_type": "display_data", "data": {"text/html": "<b>"}}],
        }
    ),
    raw(markdown("half a character: \ud800, a bell: \x07")),
]


@pytest.mark.parametrize("data", UNREADABLE, ids=repr)
def test_an_unreadable_notebook_becomes_one_that_says_so(data: bytes) -> None:
    notebook = read_handed_in(data)
    nbformat.validate(notebook)
    assert len(notebook.cells) == 1
    assert "cannot be read" in notebook.cells[0].source


@pytest.mark.parametrize("data", ODD)
def test_an_odd_notebook_becomes_a_valid_one(data: bytes) -> None:
    notebook = read_handed_in(data)
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode("utf-8")
    assert all(not cell.get("outputs") for cell in notebook.cells)
    assert all("attachments" not in cell for cell in notebook.cells)


def test_text_type_and_grade_id_are_kept_and_nothing_else() -> None:
    metadata: dict[str, Any] = {
        "nbgrader": {"grade_id": "a", "points": 99, "grade": False},
        "tags": ["skip-execution"],
    }
    notebook = read_handed_in(
        raw(markdown(["one\r\n", "two"], metadata=metadata), metadata={"widgets": {"x": 1}})
    )
    assert notebook.cells[0].source == "one\ntwo"
    assert notebook.cells[0].metadata == {"nbgrader": {"grade_id": "a"}}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


def test_a_raw_cell_which_nbconvert_would_copy_into_the_page_becomes_a_block_of_code() -> None:
    cell = {
        "cell_type": "raw",
        "metadata": {"raw_mimetype": "text/html"},
        "source": "<script>alert(1)</script>",
    }
    notebook = read_handed_in(raw(cell))
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source == "```text\n<script>alert(1)</script>\n```"


def test_cells_beyond_any_use_are_counted_not_kept() -> None:
    notebook = read_handed_in(raw(*[markdown("x")] * 1000))
    assert len(notebook.cells) < 400
    assert "1000 cells" in notebook.cells[-1].source


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert read_handed_in(b"\xef\xbb\xbf" + raw(markdown("x"))).cells[0].source == "x"
