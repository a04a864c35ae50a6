"""Makes one clean notebook of whatever was handed in, such that nbgrader never stumbles over it.

Kept are the cells' texts, their types and the grade ids; outputs, attachments, tags and every other
metadata are dropped. What cannot be read becomes a stub that says why.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from autograder.collect.caps import Caps
from autograder.collect.cellmeta import CELL_TYPES, nbgrader_metadata, settled_type
from autograder.collect.outline import NotReadable, outline
from autograder.collect.released import ReleasedCell, ReleasedNotebook

__all__ = ["Cell", "notebook_bytes", "read_cells", "restore", "stub_cells"]

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
# Half a character, and controls that no editor writes: neither survives UTF-8, HTML or a database.
_NO_TEXT = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One clean cell."""

    cell_type: str
    source: str
    id: str = ""
    nbgrader: dict[str, Any] | None = None

    @property
    def grade_id(self) -> str | None:
        """The id by which nbgrader knows the cell, if it does."""
        return self.nbgrader["grade_id"] if self.nbgrader else None


def read_cells(data: bytes, caps: Caps) -> list[Cell]:
    """The clean cells of a submitted notebook.

    Raises:
        NotReadable: it is no notebook; the text ends a sentence that begins with 'it'.
    """
    raw = _parsed(outline(data, caps))
    if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list):
        raise NotReadable("is not a notebook of format 4; open it in JupyterLab and save it again")
    if len(raw["cells"]) > caps.cells:
        raise NotReadable(f"has more than {caps.cells} cells")
    cells: list[Cell] = []
    seen: set[str] = set()
    for each in raw["cells"]:
        if isinstance(each, dict):
            cell = _cell(each, caps)
            if cell.grade_id in seen:
                cell = Cell(cell.cell_type, cell.source, cell.id)
            seen.update([cell.grade_id] if cell.grade_id else [])
            cells.append(cell)
    return cells


def _parsed(data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotReadable("is not UTF-8 text") from error
    except (ValueError, RecursionError) as error:  # also a number of more digits than Python reads
        raise NotReadable("is not JSON, as a notebook must be") from error


def _cell(raw: dict[str, Any], caps: Caps) -> Cell:
    kind = raw.get("cell_type")
    kind = kind if isinstance(kind, str) and kind in CELL_TYPES else "raw"
    source = raw.get("source")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    text = _NO_TEXT.sub("\ufffd", source) if isinstance(source, str) else ""
    if len(text) > caps.cell_chars:
        text = f"{text[: caps.cell_chars]}\n\n[The rest of this cell was left out: it is too long.]"
    cell_id = raw.get("id")
    nbgrader = nbgrader_metadata(raw.get("metadata"))
    settled = settled_type(kind, nbgrader) if nbgrader else None
    return Cell(
        cell_type=settled or kind,
        source=text,
        id=cell_id if isinstance(cell_id, str) and _ID.fullmatch(cell_id) else "",
        nbgrader=nbgrader if settled else None,
    )


def restore(cells: list[Cell], released: ReleasedNotebook) -> tuple[list[Cell], list[str]]:
    """Bring what nbgrader knows about the cells back to the release.

    A cell with a released grade id gets the release's metadata and type, another grade id is
    dropped, and a released cell that is missing is put behind the one before it.

    Returns:
        The cells, and the grade ids of those that were put back.
    """
    known = {cell.grade_id: cell for cell in released.cells}
    found = [_as_released(cell, known.get(cell.grade_id or "")) for cell in cells]
    present = {cell.grade_id for cell in found}
    missing = [cell for cell in released.cells if cell.grade_id not in present]
    for cell in missing:
        before = {each.grade_id for each in released.cells[: released.cells.index(cell)]}
        at = max((index for index, each in enumerate(found) if each.grade_id in before), default=-1)
        found.insert(at + 1, Cell(cell.cell_type, cell.source, "", cell.nbgrader))
    return found, [cell.grade_id for cell in missing]


def _as_released(cell: Cell, released: ReleasedCell | None) -> Cell:
    if released is None:
        return Cell(cell.cell_type, cell.source, cell.id)
    return Cell(released.cell_type, cell.source, cell.id, released.nbgrader)


def stub_cells(reason: str) -> list[Cell]:
    """The cells of a notebook that only says why it stands there; nothing in ``reason`` is markup."""
    return [Cell("markdown", _MARKDOWN.sub(r"\\\1", reason))]


def notebook_bytes(cells: list[Cell]) -> bytes:
    """A notebook of format 4.5 with valid and unique cell ids, without outputs."""
    given = {cell.id for cell in cells}
    used: set[str] = {""}
    written = []
    for number, cell in enumerate(cells):
        cell_id = cell.id
        if cell_id in used:
            candidates = (f"c{number}-{count}" for count in range(len(cells) + 1))
            cell_id = next(name for name in candidates if name not in given)
        used.add(cell_id)
        written.append(_written(cell, cell_id))
    whole = {"cells": written, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _written(cell: Cell, cell_id: str) -> dict[str, Any]:
    metadata = {"nbgrader": cell.nbgrader} if cell.nbgrader else {}
    written: dict[str, Any] = {"cell_type": cell.cell_type, "id": cell_id, "metadata": metadata}
    written["source"] = cell.source
    if cell.cell_type == "code":
        written |= {"outputs": [], "execution_count": None}
    return written
