"""Stock nbgrader takes every notebook that collect writes: it validates, before and after its own repairs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import CheckCellMetadata, DeduplicateIds
from nbgrader.utils import compute_checksum, determine_grade, is_grade

from autograder.collect.caps import CAPS, Caps
from autograder.collect.notebook import notebook_bytes, read_cells, stub_cells
from autograder.collect.outline import NotReadable, outline

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
ids = st.sampled_from(["q1", "q2", "q3", "", "a b", "ü"]) | anything
flags = st.booleans() | st.booleans() | anything
metadata = st.fixed_dictionaries(
    {},
    optional={
        "grade_id": ids,
        "grade": flags,
        "solution": flags,
        "locked": flags,
        "task": flags,
        "points": st.integers(0, 9) | st.floats() | anything,
        "schema_version": st.sampled_from([0, 1, 2, 3, 4, "3", None]),
        "checksum": st.just("0" * 32) | anything,
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | anything,
        "evil": anything,
    },
)
cells = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["a", "b", "c1-0", "a b", ""]) | anything,
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | anything,
        "source": st.text() | st.lists(st.text()) | anything,
        "metadata": st.fixed_dictionaries({"nbgrader": metadata | anything}) | anything,
        "outputs": anything,
        "attachments": anything,
        "execution_count": anything,
    },
)
notebooks = st.fixed_dictionaries(
    {"cells": st.lists(cells | anything, max_size=6)}, optional={"metadata": anything, "nbformat": anything}
)


def _accepted(data: bytes) -> None:
    node = nbformat.reads(data.decode(), as_version=nbformat.current_nbformat)
    nbformat.validate(node)
    MetadataValidator().validate_nb(node)
    before = [dict(cell.metadata) for cell in node.cells]
    node, _ = DeduplicateIds().preprocess(node, {})
    assert [dict(cell.metadata) for cell in node.cells] == before, "no grade id is there twice"
    node, _ = CheckCellMetadata().preprocess(node, {})
    for cell in node.cells:
        assert set(cell.metadata) <= {"nbgrader"}
        if "nbgrader" in cell.metadata:
            assert compute_checksum(cell)
        if is_grade(cell):
            determine_grade(cell)


@settings(max_examples=100, deadline=None)
@given(notebooks)
def test_any_cells_become_a_notebook_that_nbgrader_accepts(notebook: dict[str, Any]) -> None:
    _accepted(notebook_bytes(read_cells(json.dumps(notebook).encode(), CAPS)))


@settings(max_examples=100, deadline=None)
@given(st.binary() | st.text().map(str.encode) | anything.map(json.dumps).map(str.encode))
def test_any_bytes_become_a_notebook_or_a_sentence(data: bytes) -> None:
    try:
        clean = notebook_bytes(read_cells(data, CAPS))
    except NotReadable as problem:
        clean = notebook_bytes(stub_cells(f"It {problem}."))
    _accepted(clean)


@settings(max_examples=100, deadline=None)
@given(notebooks, st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_a_damaged_notebook_becomes_a_notebook_or_a_sentence(
    notebook: dict[str, Any], at: int, damage: bytes
) -> None:
    data = json.dumps(notebook).encode()
    at %= len(data)
    try:
        clean = read_cells(data[:at] + damage + data[at + 1 :], CAPS)
    except NotReadable as problem:
        clean = stub_cells(str(problem))
    _accepted(notebook_bytes(clean))


@settings(max_examples=100, deadline=None)
@given(notebooks)
def test_cutting_leaves_json_that_differs_only_in_what_is_cut(notebook: dict[str, Any]) -> None:
    for each in notebook["cells"]:
        if isinstance(each, dict):
            for key in ("outputs", "attachments"):
                if isinstance(each.get(key), dict | list):
                    each[key] = None
    left = json.loads(outline(json.dumps(notebook).encode(), CAPS))
    if isinstance(notebook.get("metadata"), dict | list):
        notebook["metadata"] = None
    assert json.dumps(left) == json.dumps(notebook)


@pytest.mark.parametrize(
    "cap",
    [
        Caps(outline_bytes=10),
        Caps(outline_tokens=3),
        Caps(scanned_tokens=3),
        Caps(json_depth=2),
        Caps(cells=0),
    ],
    ids=["bytes", "tokens", "scanned", "depth", "cells"],
)
def test_every_cap_on_a_notebook_holds(cap: Caps) -> None:
    with pytest.raises(NotReadable):
        read_cells(b'{"cells": [{"cell_type": "code", "source": ["a"]}]}', cap)


def test_the_same_notebook_gives_the_same_bytes(collect: Callable[..., Any]) -> None:
    source = json.dumps({"cells": [{"cell_type": "code", "source": "a"}, {"cell_type": "raw"}]})
    texts = {(collect({"routing.ipynb": source}).folder / "routing.ipynb").read_bytes() for _ in range(2)}
    assert len(texts) == 1
