"""Makes a hand-in's cells what was released: what counts for a grade is the release, never the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.collect import ReleasedNotebook
from autograder.collect.released import ReleasedCell
from autograder.nb.markdown import PARSED_MOST, fenced, harmless

__all__ = ["EscapeMarkdown", "RestoreCells", "restored"]

_ID_CHARS = 64
_NOTEBOOK_MOST = 5 * PARSED_MOST


class RestoreCells(NbGraderPreprocessor):
    """Gives every released cell its released type, points and, where it is locked, its text.

    In place of nbgrader's DeduplicateIds and OverwriteCells: a duplicate, a deleted or a changed
    cell neither ends the batch nor wins a point.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Replace the notebook's cells."""
        facts = resources["nbgrader"]
        coursedir = self.parent.parent.coursedir
        release = Path(coursedir.format_path(coursedir.release_directory, ".", facts["assignment"]))
        nb.cells = restored(nb.cells, ReleasedNotebook.read(release / f"{facts['notebook']}.ipynb").cells)
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


def restored(handed_in: Sequence[Any], released: Sequence[ReleasedCell]) -> list[Any]:
    """The hand-in's cells, each released one exactly once and as it was released.

    A second copy of a cell stays as plain text; of copies of an answer the first that was changed
    counts. A missing cell stands behind the released one before it.
    """
    by_name = {each.grade_id: each for each in released}
    chosen = _chosen(handed_in, by_name)
    cells: list[Any] = []
    for index, cell in enumerate(handed_in):
        name = _name(cell)
        if chosen.get(name) == index:
            cells.append(_made(by_name[name], cell.source))
        else:
            cell.metadata = {}
            cells.append(cell)
    at = 0
    for each in released:
        places = [index for index, cell in enumerate(cells) if _name(cell) == each.grade_id]
        if places:
            at = places[0] + 1
        else:
            cells.insert(at, _made(each, each.source))
            at += 1
    return cells


def _chosen(handed_in: Sequence[Any], released: Mapping[str, ReleasedCell]) -> dict[str, int]:
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


def _made(released: ReleasedCell, handed_in: str) -> Any:
    locked = not released.nbgrader["solution"]
    source = released.source if locked else handed_in
    metadata = {"nbgrader": dict(released.nbgrader), "deletable": False}
    if locked:
        metadata["editable"] = False
    name = released.grade_id[-_ID_CHARS:]
    if released.cell_type == "code":
        return new_code_cell(source, id=name, metadata=metadata)
    return new_markdown_cell(source, id=name, metadata=metadata)
