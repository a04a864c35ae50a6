"""Reads whatever a student handed in as a notebook, and keeps nothing of it but cells' text."""

from __future__ import annotations

import json
import re
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.nb.cover import kernel_metadata
from autograder.nb.markdown import fenced

__all__ = ["read_handed_in"]

_CELLS_MOST = 300
_CHARS_MOST = 200_000
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def read_handed_in(raw: bytes) -> Any:
    """A new notebook with the cells' types, texts and grade ids; never fails.

    Outputs, tags, attachments, kernels and all other metadata are not taken over. What cannot be
    read gives a notebook that says so.
    """
    try:
        data = json.loads(raw.decode("utf-8-sig"))
        cells = data["cells"]
    except (ValueError, RecursionError, KeyError, TypeError):
        cells = None
    if not isinstance(cells, list):
        return _stub("The notebook that was handed in cannot be read, so its cells are not shown.")
    kept = [_cell(cell, index) for index, cell in enumerate(cells[:_CELLS_MOST]) if isinstance(cell, dict)]
    if len(cells) > _CELLS_MOST:
        more = f"The notebook has {len(cells)} cells; only the first {_CELLS_MOST} are shown."
        kept.append(new_markdown_cell(more, id="own-more"))
    return new_notebook(cells=kept, metadata=kernel_metadata())


def _stub(sentence: str) -> Any:
    return new_notebook(cells=[new_markdown_cell(sentence, id="own-0")], metadata=kernel_metadata())


def _cell(cell: dict[str, Any], index: int) -> Any:
    source = _text(cell.get("source", ""))
    metadata = cell.get("metadata")
    facts = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = facts.get("grade_id") if isinstance(facts, dict) else None
    kept = {"nbgrader": {"grade_id": name}} if isinstance(name, str) else {}
    if cell.get("cell_type") == "code":
        return new_code_cell(source, id=f"own-{index}", metadata=kept)
    if cell.get("cell_type") == "markdown":
        return new_markdown_cell(source, id=f"own-{index}", metadata=kept)
    # nbconvert writes a raw cell into the page as it stands.
    return new_markdown_cell(fenced(source), id=f"own-{index}", metadata=kept)


def _text(source: object) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    text = source if isinstance(source, str) else ""
    text = _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > _CHARS_MOST:
        return f"{text[:_CHARS_MOST]}\n\n… shortened: the cell has {len(text)} characters"
    return text
