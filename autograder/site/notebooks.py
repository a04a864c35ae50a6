"""Which lessons must be executed, and which can be taken from the cache: never a stale one.

An entry is found by the cells' code, by the files beside the lesson and those of every topic that a cell
names, by the reader's library and by the installed versions. It also tells which modules of the course
the cells imported, and holds only while none of these has changed.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import jupytext
import nbformat

import sidebyside
from autograder.errors import CatalogError
from autograder.release.claims import authored_files
from autograder.site.cells import Executed, execute

__all__ = ["Page", "Rendered", "render"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page with cells.

    Attributes:
        name: as it is called on the site, such as ``routing/lesson``.
        path: its MyST source.
        text: the source; may differ from the file where the site fills something in.
    """

    name: str
    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as a notebook with outputs, and whether it was executed for that."""

    page: Page
    notebook: str
    was_executed: bool


def render(root: Path, pages: Sequence[Page], cache: Path, *, fresh: bool, jobs: int) -> list[Rendered]:
    """Give every page its outputs.

    Args:
        root: the course's folder.
        pages: what to render.
        cache: where outputs are kept between runs.
        fresh: execute everything, whatever the cache holds.
        jobs: how many lessons at once.

    Raises:
        CatalogError: cells fail, or print messages of a library; names each lesson, cell and cause.
    """
    cache.mkdir(parents=True, exist_ok=True)
    versions = sorted({f"{each.name}=={each.version}" for each in distributions()})
    common = _hash([platform.python_version(), versions, *_contents(Path(sidebyside.__file__).parent)])
    with ThreadPoolExecutor(jobs) as pool:
        done = list(pool.map(lambda page: _one(root, page, cache, common, fresh=fresh), pages))
    faults = [fault for _, found in done for fault in found]
    if faults:
        raise CatalogError(
            "; ".join(what for what, _ in faults) + ".",
            where=", ".join(where for _, where in faults),
            remedy="Open it with `course lab`, run it up to that cell, and correct the cell or its app.",
        )
    return [rendered for rendered, _ in done if rendered is not None]


def _one(
    root: Path, page: Page, cache: Path, common: str, *, fresh: bool
) -> tuple[Rendered | None, list[tuple[str, str]]]:
    notebook = jupytext.reads(page.text, fmt="md:myst")
    cells = [each for each in notebook.cells if each.cell_type == "code"]
    entry = cache / f"{page.name.replace('/', '-')}.json"
    key = _hash([common, [each.source for each in cells], *_beside(root, page, cells)])
    outputs = None if fresh else _kept(entry, key)
    if outputs is None:
        executed = execute(nbformat.from_dict(notebook.copy()), page.path.parent, root)
        if executed.faults:
            entry.unlink(missing_ok=True)
            return None, _told(root, page, executed)
        _keep(entry, key, executed, root)
        kept: Any = executed.outputs
    else:
        kept = outputs
    for number, (cell, each) in enumerate(zip(cells, kept, strict=True), 1):
        cell.outputs = [nbformat.from_dict(output) for output in each]
        cell.execution_count = number
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return Rendered(page, nbformat.writes(notebook), outputs is None), []


def _kept(entry: Path, key: str) -> Any:
    """The outputs, if they were made from what there is now; else None."""
    try:
        kept = json.loads(entry.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if kept["key"] != key:
        return None
    now = {path: _file_hash(Path(path)) for path in kept["loaded"]}
    return kept["outputs"] if now == kept["loaded"] else None


def _keep(entry: Path, key: str, executed: Executed, root: Path) -> None:
    loaded = {str(path): _file_hash(path) for path in executed.loaded if path.is_relative_to(root)}
    text = json.dumps({"key": key, "loaded": loaded, "outputs": executed.outputs})
    entry.write_text(text, encoding="utf-8")


def _beside(root: Path, page: Page, cells: Iterable[Any]) -> list[str]:
    """Contents of the page's own folder and of each topic's folder that a cell names."""
    code = "\n".join(each.source for each in cells)
    lessons = root / "lessons"
    folders = {page.path.parent} - {lessons}
    for folder in lessons.iterdir():
        if folder.is_dir() and any(f"{quote}{folder.name}{quote}" in code for quote in "\"'"):
            folders.add(folder)
    return [each for folder in sorted(folders) for each in _contents(folder)]


def _contents(folder: Path) -> list[str]:
    files = [file for file in authored_files(folder) if file.name not in {"lesson.md", "test_claims.py"}]
    return [f"{file.relative_to(folder).as_posix()} {_file_hash(file)}" for file in files]


def _told(root: Path, page: Page, executed: Executed) -> list[tuple[str, str]]:
    starts = [
        number for number, line in enumerate(page.text.split("\n"), 1) if line.startswith("```{code-cell}")
    ]
    source = page.path.relative_to(root)
    told = []
    for fault in executed.faults:
        line = starts[fault.cell - 1] if fault.cell <= len(starts) else 1
        inside = f", line {fault.line}" if fault.line else ""
        told.append((f"{page.name}, code cell {fault.cell}{inside}: {fault.what}", f"{source}:{line}"))
    return told


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "absent"


def _hash(parts: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
