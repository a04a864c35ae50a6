"""Makes a hand-in's cells what was released: what counts for a grade is nbgrader's record, never the file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.nb.markdown import PARSED_MOST, fenced, harmless

__all__ = ["EscapeMarkdown", "RestoreCells"]

_ID_CHARS = 64
_NOTEBOOK_MOST = 5 * PARSED_MOST


@dataclass(frozen=True, slots=True)
class _Released:
    """A cell as the gradebook knows it."""

    name: str
    kind: str
    source: str
    facts: dict[str, Any]

    @property
    def locked(self) -> bool:
        return not self.facts["solution"]


class RestoreCells(NbGraderPreprocessor):
    """Gives every released cell its released type, points and, where it is locked, its text.

    In place of nbgrader's DeduplicateIds and OverwriteCells: a duplicate, a deleted or a changed
    cell neither ends the batch nor wins a point. A second copy of a cell stays as plain text; of
    copies of an answer the first that was changed counts. A missing cell is put back as released.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Replace the notebook's cells."""
        facts = resources["nbgrader"]
        with Gradebook(facts["db_url"]) as gradebook:
            notebook = gradebook.find_notebook(facts["notebook"], facts["assignment"])
            released = _released(notebook)
        coursedir = self.parent.parent.coursedir
        source = Path(coursedir.format_path(coursedir.source_directory, ".", facts["assignment"]))
        order = _order(source / f"{facts['notebook']}.ipynb")
        nb.cells = _restored(nb.cells, _sorted(released, order))
        return nb, resources


class EscapeMarkdown(NbGraderPreprocessor):
    """Makes what the student wrote as Markdown harmless, deleting nothing."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Change the texts of Markdown cells that are not locked."""
        room = _NOTEBOOK_MOST
        ids = [cell.metadata.nbgrader.grade_id for cell in nb.cells if "nbgrader" in cell.metadata]
        for cell in nb.cells:
            own = "nbgrader" not in cell.metadata or cell.metadata.nbgrader.solution
            if cell.cell_type == "markdown" and own:
                room -= len(cell.source)
                cell.source = harmless(cell.source, ids) if room >= 0 else fenced(cell.source)
        return nb, resources


def _released(notebook: Any) -> dict[str, _Released]:
    points = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    answers = {cell.name for cell in notebook.solution_cells}
    found = {}
    for cell in notebook.source_cells:
        facts: dict[str, Any] = {
            "checksum": cell.checksum,
            "cell_type": cell.cell_type,
            "grade": cell.name in points,
            "grade_id": cell.name,
            "locked": bool(cell.locked),
            "schema_version": 3,
            "solution": cell.name in answers,
            "task": False,
        }
        if cell.name in points:
            facts["points"] = points[cell.name]
        found[cell.name] = _Released(cell.name, cell.cell_type, cell.source, facts)
    return found


def _order(path: Path) -> list[str]:
    """Grade ids in the order of the notebook that we built."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells if "nbgrader" in cell["metadata"]]


def _sorted(released: dict[str, _Released], order: Sequence[str]) -> list[_Released]:
    known = [released[name] for name in order if name in released]
    return known + [released[name] for name in sorted(released.keys() - set(order))]


def _restored(handed_in: Sequence[Any], released: Sequence[_Released]) -> list[Any]:
    by_name = {each.name: each for each in released}
    chosen = _chosen(handed_in, by_name)
    cells: list[Any] = []
    for index, cell in enumerate(handed_in):
        name = _name(cell)
        if name in chosen and chosen[name] == index:
            cells.append(_made(by_name[name], cell.source))
        else:
            cell.metadata = {}
            cells.append(cell)
    at = 0
    for each in released:
        places = [index for index, cell in enumerate(cells) if _name(cell) == each.name]
        if places:
            at = places[0] + 1
        else:
            cells.insert(at, _made(each, each.source))
            at += 1
    return cells


def _chosen(handed_in: Sequence[Any], released: dict[str, _Released]) -> dict[str, int]:
    """Which cell stands for a released one: the first, or the first that was changed."""
    chosen: dict[str, int] = {}
    for index, cell in enumerate(handed_in):
        name = _name(cell)
        if name not in released:
            continue
        starter = released[name].source
        if name not in chosen or (handed_in[chosen[name]].source == starter != cell.source):
            chosen[name] = index
    return chosen


def _name(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _made(released: _Released, handed_in: str) -> Any:
    source = released.source if released.locked else handed_in
    metadata = {"nbgrader": dict(released.facts), "deletable": False}
    if released.locked:
        metadata["editable"] = False
    name = released.name[-_ID_CHARS:]
    if released.kind == "code":
        return new_code_cell(source, id=name, metadata=metadata)
    return new_markdown_cell(source, id=name, metadata=metadata)
