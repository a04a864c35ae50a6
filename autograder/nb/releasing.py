"""Which releases `nbgrader generate_assignment` makes again by itself: those that the source has outrun."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException

from autograder.errors import CourseError
from autograder.nb.folder import GradingFolder

__all__ = ["ReleasingExporter"]

_ADDED_BY_NBGRADER = {"checksum", "cell_type"}


class ReleasingExporter(NotebookExporter):
    """Removes an outdated release, so that nbgrader makes it again without ``--force``.

    Made once a run, before nbgrader decides which releases exist. nbgrader changes the points of an
    assignment that was submitted, but not its cells; then the old release stays, and the error says
    what to do.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        coursedir = self.parent.coursedir
        topic = coursedir.assignment_id
        folder = GradingFolder(Path(coursedir.root))
        release = folder.release / topic
        source = folder.source / topic / f"{topic}.ipynb"
        if not release.is_dir() or not source.is_file():
            return
        wanted = _graded(_cells(source))
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            known = _known(gradebook, topic)
        if known.submissions and known.points.keys() != wanted.keys():
            raise _cells_changed(topic, folder, known, wanted)
        if known.points != wanted or _differ(folder.source / topic, release):
            self.parent.log.warning("Updating the release, which differs from the source: %s", release)
            shutil.rmtree(release)


@dataclass(frozen=True, slots=True)
class _Known:
    """An assignment as the gradebook has it: points by graded cell, and how many submitted it."""

    points: Mapping[str, float]
    submissions: int


def _known(gradebook: Any, topic: str) -> _Known:
    try:
        assignment = gradebook.find_assignment(topic)
    except MissingEntry:
        return _Known({}, 0)
    cells = [cell for each in assignment.notebooks for cell in (*each.grade_cells, *each.task_cells)]
    return _Known({cell.name: float(cell.max_score) for cell in cells}, len(assignment.submissions))


def _cells(notebook: Path) -> list[dict[str, Any]]:
    """What matters of each cell: type, source and nbgrader's metadata, without what it adds itself."""
    found = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        facts = {
            key: value
            for key, value in cell["metadata"].get("nbgrader", {}).items()
            if key not in _ADDED_BY_NBGRADER
        }
        found.append({"type": cell["cell_type"], "source": "".join(cell["source"]), "nbgrader": facts})
    return found


def _graded(cells: list[dict[str, Any]]) -> dict[str, float]:
    facts = [cell["nbgrader"] for cell in cells]
    return {each["grade_id"]: float(each["points"]) for each in facts if each.get("grade")}


def _differ(source: Path, release: Path) -> bool:
    files, released = _files(source), _files(release)
    if files != released:
        return True
    return any(
        _cells(source / name) != _cells(release / name)
        if name.endswith(".ipynb")
        else (source / name).read_bytes() != (release / name).read_bytes()
        for name in files
    )


def _files(folder: Path) -> set[str]:
    """Files by path; what opening the folder in JupyterLab or Python leaves there is none of them."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    made = (".ipynb_checkpoints", "__pycache__")
    return {path.as_posix() for path in found if not any(part in made for part in path.parts)}


def _cells_changed(
    topic: str, folder: GradingFolder, known: _Known, wanted: Mapping[str, float]
) -> NbGraderException:
    changed = ", ".join(sorted(known.points.keys() ^ wanted.keys()))
    return NbGraderException(
        CourseError(
            f"Parts of {topic} were added or removed ({changed}), and {known.submissions} submissions are in "
            "the gradebook; nbgrader cannot change the cells of an assignment then. The old release stays.",
            where=str(folder.release / topic),
            remedy="Restore the parts in course.toml and run `course build`. Or begin anew, which deletes "
            f"points and comments given by hand: `nbgrader db assignment remove {topic} --force`, "
            f"`nbgrader generate_assignment {topic}`, then `course autograde {topic}`.",
        )
    )
