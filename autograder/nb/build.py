"""What nbgrader releases: each topic's folder below ``source``, made from the course byte by byte."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from autograder.catalog import Catalog, Topic, handout
from autograder.catalog.root import TOPIC_FILE
from autograder.errors import CatalogError
from autograder.nb.cover import cover_sheet
from autograder.nb.folder import GradingFolder
from autograder.release.counts import counts

__all__ = ["build_course"]

_CONFIG = '''"""nbgrader's configuration for this course. Add lines of your own at the end."""

from pathlib import Path

c = get_config()  # noqa: F821
# Should the next lines fail, nbgrader stops at this name instead of running submissions unguarded.
c.Autograde.exporter_class = "autograder.nb.exporter.GuardingExporter"

from autograder.nb.config import configure

configure(c, Path(__file__).parent)
'''


def build_course(
    catalog: Catalog, folder: Path, topics: Sequence[str] | None = None, *, release: str = "1"
) -> list[str]:
    """Assemble or refresh a folder that nbgrader works in.

    Args:
        catalog: the course, in its author edition.
        folder: made where it does not exist; what students handed in is never touched.
        topics: names of ready topics; all that are ready when not given.
        release: names the set of hidden inputs; a new folder keeps its first one.

    Returns:
        The names of the topics that were built.

    Raises:
        UsageError: a topic does not exist or is not ready.
        CatalogError: an exercise lacks a file that it must have.
    """
    chosen = [catalog.ready_topic(name) for name in topics] if topics is not None else list(catalog.ready)
    contents = {topic.name: _contents(catalog, topic) for topic in chosen}
    place = GradingFolder(folder.resolve())
    place.create(catalog.root, course_id=_course_id(catalog.course.title), release=release)
    for name, files in contents.items():
        _write(place.source / name, files)
    if not place.config_file.exists():
        place.config_file.write_text(_CONFIG, encoding="utf-8")
    return list(contents)


def _course_id(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "course"


def _contents(catalog: Catalog, topic: Topic) -> dict[PurePosixPath, bytes]:
    """All files of the topic's release, by path."""
    places = catalog.places(topic.name)
    files = {
        PurePosixPath(path.relative_to(places.exercise).as_posix()): path.read_bytes()
        for path in sorted(places.exercise.rglob("*"))
        if _released(path, places.exercise)
    }
    missing = [name for name in _must_have(topic) if name not in files and _package(name) not in files]
    if missing:
        raise CatalogError(
            f"The exercise {topic.name} lacks {', '.join(map(str, missing))}.",
            where=str(places.exercise),
            remedy="Write the file, or set the topic's status to 'planned'.",
        )
    files[PurePosixPath(f"{topic.name}.ipynb")] = cover_sheet(topic, places).encode()
    counted = catalog.course.model_copy(update={"unseen_checks": {topic.name: counts(catalog, topic)}})
    files[PurePosixPath(TOPIC_FILE)] = handout(counted, topic).encode()
    return files


def _released(path: Path, exercise: Path) -> bool:
    names = path.relative_to(exercise).parts
    made_by_tools = any(name.startswith(".") or name == "__pycache__" for name in names)
    return path.is_file() and not path.is_symlink() and not made_by_tools


def _must_have(topic: Topic) -> list[PurePosixPath]:
    starters = [PurePosixPath(name) for part in topic.part if part.served for name in part.files]
    return [PurePosixPath("README.md"), *starters]


def _package(name: PurePosixPath) -> PurePosixPath:
    """The first file of a package that stands for the module."""
    return name.with_suffix("") / "__init__.py"


def _write(folder: Path, files: dict[PurePosixPath, bytes]) -> None:
    """Make the folder hold exactly these files; an unchanged file is not written again."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        if path.is_dir() and not path.is_symlink():
            if not any(inside in kept.parents for kept in files):
                shutil.rmtree(path)
        elif inside not in files:
            path.unlink()
    for inside, data in files.items():
        path = folder / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
