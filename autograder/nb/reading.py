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
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_IMAGE_CHARS_MOST = 3_000_000


def read_handed_in(raw: bytes) -> Any:
    """A new notebook with the cells' types, texts, grade ids and pasted images; never fails.

    Outputs, tags, widgets, kernels and all other metadata are not taken over. What cannot be
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
        made = new_markdown_cell(source, id=f"own-{index}", metadata=kept)
        if images := _images(cell.get("attachments")):
            made["attachments"] = images
        return made
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


def _images(attachments: object) -> dict[str, dict[str, str]]:
    """Pasted pictures of kinds that a browser only draws."""
    if not isinstance(attachments, dict):
        return {}
    kept: dict[str, dict[str, str]] = {}
    room = _IMAGE_CHARS_MOST
    for name, bundle in attachments.items():
        for kind, data in bundle.items() if isinstance(bundle, dict) else ():
            if kind not in _IMAGES or not isinstance(data, str) or len(data) > room:
                continue
            if re.fullmatch(r"[A-Za-z0-9+/=\s]*", data) and re.fullmatch(r"[\w .-]+", name):
                kept[name] = {kind: data}
                room -= len(data)
    return kept
