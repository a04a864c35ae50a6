"""The cover sheet: one notebook a topic, with the brief and one graded cell a part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.catalog import Part, Places, Topic

__all__ = ["KERNEL", "MEMO_STARTER", "cover_sheet", "grade_id", "kernel_metadata"]

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

MEMO_STARTER = "*Write your answer here, in place of this line.*"

_SCHEMA = 3
_ID_CHARS = 64


def kernel_metadata() -> dict[str, Any]:
    """The metadata that every notebook of ours has, and nothing else."""
    return {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}


def grade_id(topic: str, part: str) -> str:
    """The name of a part's graded cell in nbgrader's gradebook."""
    return f"{topic}-{part}"


def cover_sheet(topic: Topic, places: Places) -> str:
    """The topic's notebook as text; the same course gives the same bytes."""
    cells = [_read_only(f"{topic.name}-brief", places.brief.read_text(encoding="utf-8").strip())]
    for part in topic.part:
        cells.extend(_memo(topic, part, places) if part.kind == "memo" else _graded(topic, part))
    notebook = new_notebook(cells=cells, metadata=kernel_metadata())
    return f"{nbformat.writes(notebook)}\n"


def _graded(topic: Topic, part: Part) -> Iterator[Any]:
    name = grade_id(topic.name, part.name)
    files = " and ".join(f"`{file}`" for file in part.files)
    yield _read_only(
        f"{name}-how",
        f"### {part.name}: {part.points} points\n\n"
        f"Edit {files} beside this notebook, save, then run the next cell. "
        "Your file is what is graded; this notebook is never run for a grade. "
        "The cell and nbgrader's Validate run the brief's examples: an app can pass all of them and still be "
        "wrong, for hidden checks judge what you hand in.",
    )
    source = f'from sidebyside import check\n\ncheck("{topic.name}", "{part.name}")'
    yield new_code_cell(source, id=_id(name), metadata=_metadata(name, grade=True, points=part.points))


def _memo(topic: Topic, part: Part, places: Places) -> Iterator[Any]:
    name = grade_id(topic.name, part.name)
    yield _read_only(f"{name}-question", _question(part, places))
    metadata = _metadata(name, grade=True, solution=True, locked=False, points=part.points)
    yield new_markdown_cell(MEMO_STARTER, id=_id(name), metadata=metadata)


def _question(part: Part, places: Places) -> str:
    """The part's own question, where the author wrote one as ``<part>.md``, and how it is graded."""
    head = f"### {part.name}: {part.points} points, graded by a person"
    own = places.exercise / f"{part.name}.md"
    files = [file for file in part.files if not file.endswith(".ipynb")]
    if own.is_file() and own.name not in files:
        head = f"{head}\n\n{own.read_text(encoding='utf-8').strip()}"
    if files:
        names = " and ".join(f"`{file}`" for file in files)
        return f"{head}\n\nHand in {names}, or write into the cell below."
    return f"{head}\n\nWrite into the cell below."


def _read_only(name: str, text: str) -> Any:
    return new_markdown_cell(text, id=_id(name), metadata=_metadata(name, locked=True))


def _metadata(
    name: str,
    *,
    grade: bool = False,
    solution: bool = False,
    locked: bool = True,
    points: int | None = None,
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "grade": grade,
        "grade_id": name,
        "locked": locked,
        "schema_version": _SCHEMA,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        facts["points"] = points
    return {"nbgrader": facts}


def _id(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "-", name)[-_ID_CHARS:]
