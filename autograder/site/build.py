"""From the course to ``build/site/html``: pages staged, lessons executed where needed, Sphinx run."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from autograder.catalog import Catalog
from autograder.errors import CatalogError, UsageError
from autograder.release.claims import authored_files
from autograder.site.notebooks import Page, render
from autograder.site.pages import Source, sources

__all__ = ["Site", "build_site", "site_folder"]

_CELL_LINE = re.compile(r"(?P<page>[\w/.-]+)\.(?:ipynb|md):(?P<line>\d+)")
_RUN_SPHINX = (
    "import sys; sys.modules['rfc3987_syntax'] = None; "
    "from sphinx.cmd.build import main; sys.exit(main(sys.argv[1:]))"
)
"""Sphinx without a package that jsonschema compiles for seconds on import, to check IRIs that no page has."""
_TITLE = re.compile(r"^# .+$", re.MULTILINE)
_CONTENTS = re.compile(r"^```\{toctree\}$.*?^```$", re.MULTILINE | re.DOTALL)
_PER_CELL = 10_000
"""MyST-NB counts a notebook's lines as cell number times this, plus the line in the cell."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site as it was built.

    Attributes:
        html: the folder to open or to publish.
        pages: how many pages.
        executed: names of those whose cells ran in this build.
        seconds: how long it took.
    """

    html: Path
    pages: int
    executed: tuple[str, ...]
    seconds: float


def site_folder(catalog: Catalog) -> Path:
    """Where the site and what is kept between builds go; ignored by git."""
    return catalog.root / "build" / "site"


def build_site(
    catalog: Catalog, folder: Path | None = None, *, fresh: bool = False, jobs: int | None = None
) -> Site:
    """Build the site. The network is not used.

    Args:
        catalog: the course.
        folder: where to; ``build/site`` of the course when not given.
        fresh: execute every lesson and write every page anew.
        jobs: how many lessons at once; the number of cores when not given.

    Raises:
        CatalogError: a cell fails, or a page is not as it must be; names page, place and cause.
        UsageError: the packages that build the site are not installed.
    """
    start = time.perf_counter()
    folder = folder or site_folder(catalog)
    jobs = jobs or os.cpu_count() or 1
    pages = sources(catalog)
    frame, framed = _frame(pages), folder / "frame"
    if fresh or not framed.is_file() or framed.read_text(encoding="utf-8") != frame:
        framed.unlink(missing_ok=True)
        for each in ("html", "doctrees", "source"):
            shutil.rmtree(folder / each, ignore_errors=True)
    with_cells = [Page(each.name, each.path, each.text) for each in pages if each.has_cells]
    rendered = render(catalog.root, with_cells, folder / "cache", fresh=fresh, jobs=jobs)
    staged = {f"{each.name}.md": each.text for each in pages if not each.has_cells}
    staged |= {f"{each.page.name}.ipynb": each.notebook for each in rendered}
    _stage(catalog, folder / "source", staged)
    _sphinx(catalog, folder, pages, jobs)
    framed.write_text(frame, encoding="utf-8")
    executed = tuple(each.page.name for each in rendered if each.was_executed)
    return Site(folder / "html", len(pages), executed, time.perf_counter() - start)


def _frame(pages: list[Source]) -> str:
    """What every page shows of the others: which there are, in which order, and their titles.

    Sphinx writes again a page whose own text has changed, and leaves the sidebar of all others as it was.
    """
    told = ((each.name, *_TITLE.findall(each.text)[:1], *_CONTENTS.findall(each.text)) for each in pages)
    return hashlib.sha256(repr(list(told)).encode()).hexdigest()


def _stage(catalog: Catalog, source: Path, texts: dict[str, str]) -> None:
    """Make the folder hold these files and no others; what has not changed is not touched."""
    lessons = catalog.root / "lessons"
    wanted = {name: text.encode() for name, text in texts.items()}
    wanted["conf.py"] = (lessons / "conf.py").read_bytes()
    for static in ("_static", "_templates"):
        for file in authored_files(lessons / static):
            wanted[file.relative_to(lessons).as_posix()] = file.read_bytes()
    wanted["_static/sidebyside.css"] = files("sidebyside").joinpath("style.css").read_bytes()
    for file in sorted(source.rglob("*")) if source.is_dir() else ():
        if file.is_file() and file.relative_to(source).as_posix() not in wanted:
            file.unlink()
    for name, data in wanted.items():
        path = source / name
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _sphinx(catalog: Catalog, folder: Path, pages: list[Source], jobs: int) -> None:
    command = [sys.executable, "-c", _RUN_SPHINX, "-q", "-W", "--keep-going", "-b", "html", "-j", str(jobs)]
    places = ["-d", str(folder / "doctrees"), str(folder / "source"), str(folder / "html")]
    environment = {**os.environ, "COURSE_TITLE": catalog.course.title, "NO_COLOR": "1", "PYTHONHASHSEED": "0"}
    done = subprocess.run(  # noqa: S603 - our own interpreter with arguments of ours
        [*command, *places], env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode == 0:
        return
    told = [line for line in done.stderr.splitlines() if line.strip()]
    if any("No module named" in line for line in told) and not any("WARNING" in line for line in told):
        raise UsageError(
            f"The packages that build the site are not installed: {told[-1].strip()}",
            where="course site",
            remedy="Install them: pip install 'fastapi-vs-flask[site]'.",
        )
    faults = [line for line in told if "WARNING" in line or "ERROR" in line] or told[-5:]
    raise CatalogError(
        "; ".join(_in_lesson(line, folder / "source") for line in faults),
        where=", ".join(sorted({_path(catalog, pages, line) for line in faults})),
        remedy="Correct the pages named.",
    )


def _in_lesson(line: str, source: Path) -> str:
    """A warning of Sphinx with the place as an author counts it."""

    def place(found: re.Match[str]) -> str:
        cell, inside = divmod(int(found["line"]), _PER_CELL)
        return f"{found['page']}, cell {cell}, line {inside}" if cell else f"{found['page']}, line {inside}"

    return _CELL_LINE.sub(place, line.replace("\\", "/").replace(f"{source.as_posix()}/", "")).replace(
        "WARNING: ", ""
    )


def _path(catalog: Catalog, pages: list[Source], line: str) -> str:
    line = line.replace("\\", "/")
    for page in sorted(pages, key=lambda each: -len(each.name)):
        if f"/{page.name}.ipynb:" in line or f"/{page.name}.md:" in line:
            return page.path.relative_to(catalog.root).as_posix()
    return "lessons/conf.py"
