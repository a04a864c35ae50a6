"""How long the site takes: cold, after an edit of prose, after an edit of a pair; and what a page weighs."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.catalog import Catalog, load
from autograder.frameworks import FRAMEWORKS
from autograder.site.build import build_site

__all__ = ["SiteFigures", "bench_site"]

_COPIED = ("course.toml", "CONTRIBUTING.md", "lessons", "exercises")
_NOT_COPIED = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", ".pytest_cache")


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """What was measured; seconds of wall time, kilobytes of 1000 bytes.

    Attributes:
        lessons: how many lessons the site has.
        pages: how many pages.
        cold_s: everything executed and written anew.
        unchanged_s: nothing was edited.
        prose_s: one sentence was added to one lesson.
        pair_s: one lesson's app was edited, so that its cells ran again.
        heaviest: name of the heaviest lesson page.
        heaviest_kb: its weight with its figures, which stand in it.
        shared_kb: style sheets and scripts that all pages share.
    """

    lessons: int
    pages: int
    cold_s: float
    unchanged_s: float
    prose_s: float
    pair_s: float
    heaviest: str
    heaviest_kb: float
    shared_kb: float

    def as_dict(self) -> dict[str, int | float | str]:
        """For JSON."""
        return asdict(self)


def bench_site(catalog: Catalog) -> SiteFigures:
    """Build the site of a copy of the course four times, with edits in between.

    Raises:
        CatalogError: the site cannot be built.
    """
    with tempfile.TemporaryDirectory(prefix="bench-site-") as folder:
        copy = load(_copy(catalog.root, Path(folder)))
        topic = next(
            each.name for each in copy.course.topic if (copy.places(each.name).lesson / "lesson.md").is_file()
        )
        place = copy.places(topic).lesson
        cold = build_site(copy, fresh=True)
        unchanged = build_site(copy)
        _append(place / "lesson.md", "\nOne more sentence.\n")
        prose = build_site(copy)
        _append(place / f"{next(iter(FRAMEWORKS.values())).module}.py", "\n# One more comment.\n")
        pair = build_site(copy)
        pages = {page.parent.name: page.stat().st_size / 1000 for page in pair.html.glob("*/lesson.html")}
        heaviest = max(pages, key=lambda name: pages[name])
        shared = sum(
            file.stat().st_size
            for file in (pair.html / "_static").rglob("*")
            if file.suffix in {".css", ".js"} and "debug" not in file.name
        )
        return SiteFigures(
            lessons=len(pages),
            pages=pair.pages,
            cold_s=cold.seconds,
            unchanged_s=unchanged.seconds,
            prose_s=prose.seconds,
            pair_s=pair.seconds,
            heaviest=heaviest,
            heaviest_kb=pages[heaviest],
            shared_kb=shared / 1000,
        )


def _copy(root: Path, folder: Path) -> Path:
    for name in _COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_NOT_COPIED)
        elif source.is_file():
            shutil.copy(source, folder / name)
    guide = root / "autograder" / "README.md"
    if guide.is_file():
        (folder / "autograder").mkdir()
        shutil.copy(guide, folder / "autograder")
    return folder


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
