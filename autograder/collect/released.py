"""The notebook as the instructor released it: what a submitted cell with a grade id must be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from autograder.collect.cellmeta import nbgrader_metadata
from autograder.errors import CatalogError

__all__ = ["ReleasedCell", "ReleasedNotebook"]


@dataclass(frozen=True, slots=True)
class ReleasedCell:
    """A cell that nbgrader knows, as it was released."""

    grade_id: str
    cell_type: str
    source: str
    nbgrader: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReleasedNotebook:
    """The cells of a release that nbgrader knows, in their order.

    Attributes:
        cells: those with a grade id.
        text: the file itself, to tell one release from the next.
    """

    cells: tuple[ReleasedCell, ...]
    text: bytes

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a notebook of the instructor's, who is trusted.

        Raises:
            CatalogError: it is not a notebook.
        """
        try:
            text = path.read_bytes()
            cells = json.loads(text)["cells"]
            found = tuple(cell for raw in cells if (cell := _cell(raw)) is not None)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CatalogError(
                "The released notebook cannot be read.",
                where=str(path),
                remedy="Release the topic again, or name the notebook that was released.",
            ) from error
        return cls(found, text)


def _cell(raw: dict[str, Any]) -> ReleasedCell | None:
    nbgrader = nbgrader_metadata(raw["metadata"])
    if nbgrader is None:
        return None
    source = raw["source"]
    joined = source if isinstance(source, str) else "".join(source)
    return ReleasedCell(nbgrader["grade_id"], raw["cell_type"], joined, nbgrader)
