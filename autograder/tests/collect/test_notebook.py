"""What becomes of a submitted notebook: cleaned, or a stub that says why."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from autograder.collect import Caps
from autograder.collect.notebook import stub_cells
from autograder.submission import Submission

Collect = Callable[..., Submission]
Cells = list[dict[str, Any]]
BOTH: dict[str, bytes | str] = {"flask_app.py": "x = 1", "fastapi_app.py": "x = 2"}
NAME = "routing.ipynb"


def nbgrader(name: str, **more: object) -> dict[str, object]:
    flags = {
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "points": 1,
        "schema_version": 3,
    }
    return {"nbgrader": {"grade_id": name, **flags, **more}}


def cell(source: object = "check()", kind: object = "code", **more: object) -> dict[str, object]:
    return {"cell_type": kind, "source": source, "metadata": {}, **more}


@pytest.fixture
def clean(collect: Collect) -> Callable[..., Cells]:
    """The clean cells of a notebook that holds these cells, or of these bytes."""

    def run(notebook: object, **more: object) -> Cells:
        if not isinstance(notebook, bytes):
            whole = {"cells": notebook, "nbformat": 4, "nbformat_minor": 5, "metadata": {"tags": 1}}
            notebook = json.dumps(whole).encode()
        submission = collect({**BOTH, NAME: notebook}, **more)
        cells: Cells = json.loads((submission.folder / NAME).read_bytes())["cells"]
        return cells

    return run


def _is_stub(cells: Cells, why: str) -> bool:
    plain = cells[0]["source"].replace("\\", "")
    return len(cells) == 1 and cells[0]["cell_type"] == "markdown" and why in plain


def test_outputs_counts_attachments_and_tags_are_dropped(clean: Callable[..., Cells]) -> None:
    dirty = cell(
        "1 + 1",
        outputs=[{"output_type": "execute_result", "data": {"text/plain": "1.0"}}],
        execution_count=7,
        attachments={"a.png": {"image/png": "AAAA"}},
        id="mine",
    )
    dirty["metadata"] = {"tags": ["skip-execution"], "trusted": True}
    assert clean([dirty]) == [
        {
            "cell_type": "code",
            "id": "mine",
            "metadata": {},
            "source": "1 + 1",
            "outputs": [],
            "execution_count": None,
        }
    ]


def test_fifty_megabytes_of_outputs_are_accepted(clean: Callable[..., Cells]) -> None:
    plot = {"output_type": "display_data", "data": {"image/png": ("A" * 76 + "\n") * 650_000}}
    started = time.monotonic()
    cells = clean([cell("plot()", outputs=[plot]), cell("memo", "markdown")])
    assert [each["source"] for each in cells] == ["plot()", "memo"]
    assert time.monotonic() - started < 30


def test_a_million_numbers_in_an_output_are_accepted(clean: Callable[..., Cells]) -> None:
    cells = clean([cell("plot()", outputs=[{"data": {"application/json": [0.5] * 1_000_000}}])])
    assert [each["source"] for each in cells] == ["plot()"]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("not json", b"{", "is not JSON"),
        ("empty", b"", "is not JSON"),
        ("text", b"hello", "is not JSON"),
        ("an open string", b'{"cells": ["', "is not JSON"),
        ("closed too often", b'{"cells": []}]', "is not JSON"),
        ("a list", b"[]", "is not a notebook of format 4"),
        ("a number", b"4", "is not a notebook of format 4"),
        ("format 3", b'{"worksheets": [{"cells": []}], "nbformat": 3}', "is not a notebook of format 4"),
        ("cells that are no list", b'{"cells": {"a": 1}}', "is not a notebook of format 4"),
        ("not UTF-8", b'{"cells": [{"cell_type": "code", "source": "\xff"}]}', "is not UTF-8 text"),
        ("UTF-16", '{"cells": []}'.encode("utf-16"), "is not UTF-8 text"),
        ("deep lists", b'{"cells": ' + b"[" * 100_000, "far deeper"),
        ("deep objects", b'{"cells": ' + b'{"a":' * 100_000, "far deeper"),
        ("a deep output", b'{"cells": [{"outputs": ' + b"[" * 100_000, "far deeper"),
        ("a million cells", b'{"cells": [' + b"{}," * 1_000_000 + b"{}]}", "far more"),
        ("ten million lists in outputs", b'{"cells":[{"outputs":[' + b"[]," * 10_000_000, "far more"),
        ("20,000 cells", b'{"cells": [' + b"{}," * 20_000 + b"{}]}", "more than 10000 cells"),
        ("nine megabytes of text", b'{"cells": ["' + b"a" * 9_000_000 + b'"]}', "more than 8 MB"),
        ("a number of a million digits", b'{"cells": [' + b"9" * 1_000_000 + b"]}", "is not JSON"),
        ("a megabyte of quotes", b'{"cells": ["' + b'\\"' * 500_000, "is not JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_becomes_a_stub_that_says_why(
    collect: Collect, name: str, data: bytes, why: str
) -> None:
    assert name
    submission = collect({**BOTH, NAME: data})
    cells = json.loads((submission.folder / NAME).read_bytes())["cells"]
    assert _is_stub(cells, why)
    assert any(why in note for note in submission.notes)
    assert submission.parts["flask"].refusal is None
    assert submission.refusal is None


def test_more_bytes_than_are_read_become_a_stub(collect: Collect) -> None:
    submission = collect({**BOTH, NAME: b" " * 2_001}, caps=Caps(notebook_bytes=2_000))
    assert any("routing.ipynb could not be taken: it is larger than" in note for note in submission.notes)


def test_odd_cells_are_made_plain(clean: Callable[..., Cells]) -> None:
    cells = clean(
        [
            cell(["a\n", 1, "b"]),
            cell(None),
            cell({"x": 1}, "markdown"),
            cell("h", "heading"),
            cell("h", ["code"]),
            "no cell",
            None,
            cell("nul \x00 esc \x1b half \ud800 tab \t", "raw"),
            {},
        ]
    )
    assert [(each["cell_type"], each["source"]) for each in cells] == [
        ("code", "a\nb"),
        ("code", ""),
        ("markdown", ""),
        ("raw", "h"),
        ("raw", "h"),
        ("raw", "nul \ufffd esc \ufffd half \ufffd tab \t"),
        ("raw", ""),
    ]


def test_ids_are_valid_and_unique(clean: Callable[..., Cells]) -> None:
    given = ["one", "one", "", "a b", 7, None, "x" * 65, "c1-0", "<script>"]
    ids = [each["id"] for each in clean([cell(id=value) for value in given])]
    assert ids[0] == "one"
    assert ids[7] == "c1-0"
    assert len(set(ids)) == len(ids)
    assert all(0 < len(each) <= 64 and each.replace("-", "").isalnum() for each in ids)


def test_of_two_cells_with_one_grade_id_the_first_keeps_it(clean: Callable[..., Cells]) -> None:
    cells = clean([cell("a", metadata=nbgrader("q1")), cell("b", metadata=nbgrader("q1"))])
    assert [each["metadata"].get("nbgrader", {}).get("grade_id") for each in cells] == ["q1", None]


@pytest.mark.parametrize(
    "change",
    [
        {"grade_id": 7},
        {"grade_id": ""},
        {"grade_id": "a b"},
        {"grade_id": "q1\n"},
        {"grade_id": "q" * 101},
        {"points": None},
        {"points": "5"},
        {"points": True},
        {"points": -1},
        {"points": float("nan")},
        {"points": float("inf")},
        {"points": 10**400},
        {"grade": "yes"},
        {"locked": 1},
        {"task": []},
        {"grade": False, "locked": False},
    ],
    ids=str,
)
def test_metadata_that_nbgrader_would_stumble_over_is_dropped(
    clean: Callable[..., Cells], change: dict[str, object]
) -> None:
    assert clean([cell(metadata=nbgrader("q1", **change))])[0]["metadata"] == {}


def test_kept_metadata_is_of_this_schema_and_of_known_keys(clean: Callable[..., Cells]) -> None:
    odd = nbgrader("q1", schema_version=99, evil="x", checksum="short", cell_type="code")
    assert clean([cell(metadata=odd)])[0]["metadata"]["nbgrader"] == {
        "grade_id": "q1",
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "points": 1,
        "schema_version": 3,
        "cell_type": "code",
    }


def test_a_cell_of_another_type_gets_back_the_one_it_was_released_with(clean: Callable[..., Cells]) -> None:
    cells = clean([cell("x", "markdown", metadata=nbgrader("q1", cell_type="code"))])
    assert cells[0]["cell_type"] == "code"
    assert cells[0]["outputs"] == []


def test_a_cell_that_is_too_long_is_cut_where_one_can_see_it(clean: Callable[..., Cells]) -> None:
    source = clean([cell("a" * 2_000)], caps=Caps(cell_chars=100))[0]["source"]
    assert source.startswith("a" * 100)
    assert source.endswith("[The rest of this cell was left out: it is too long.]")


def test_a_stubs_reason_is_never_markup() -> None:
    source = stub_cells("<script>alert(1)</script> ![x](http://evil) `a` *b*")[0].source
    assert source == (r"\<script\>alert\(1\)\<\/script\> \!\[x\]\(http\:\/\/evil\) \`a\` \*b\*")
