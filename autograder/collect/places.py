"""Finds each wanted file in a submission: under which name, in which folder, or why it is not clear which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.collect.names import shown
from autograder.collect.wanted import Wanted

__all__ = ["Find", "Missing", "Unclear", "find", "unwrapped"]

_INIT = "__init__.py"


class Unclear(Exception):
    """There is more than one file that may be the wanted one; the text is a sentence to the student."""


class Missing(Exception):
    """A wanted file is not there."""


@dataclass(frozen=True, slots=True)
class Find:
    """Where a wanted file was found.

    Attributes:
        wanted: the file as the topic names it.
        path: the file that was found, or the package's folder.
        place: the folder from which everything beside it is taken.
        exact: whether it has the very name that was asked for.
        package: whether it is a folder that stands for the file.
    """

    wanted: str
    path: PurePosixPath
    place: PurePosixPath
    exact: bool
    package: bool = False

    @property
    def shown(self) -> str:
        """As the student knows it."""
        return shown(f"{self.path}/" if self.package else self.path)


def unwrapped(files: Mapping[PurePosixPath, bytes], wanted: Wanted) -> dict[PurePosixPath, bytes]:
    """The same files without the folders that wrap all of them, such as ``routing/`` in a zip."""
    inner = dict(files)
    while inner:
        tops = {path.parts[0] for path in inner}
        top = PurePosixPath(next(iter(tops)))
        if len(tops) > 1 or top in inner or (top.name in wanted.packages and top / _INIT in inner):
            break
        inner = {path.relative_to(top): data for path, data in inner.items()}
    return inner


def find(file: str, sources: Mapping[PurePosixPath, bytes], wanted: Wanted) -> Find:
    """Where the wanted file ``file`` is.

    The shallowest one counts, the exact name before variants of it; of equal copies in one folder, any.

    Raises:
        Missing: there is none.
        Unclear: which one counts would be a guess.
    """
    found = sorted(_finds(PurePosixPath(file), list(sources), wanted), key=lambda each: str(each.path))
    if not found:
        raise Missing
    depth = min(len(each.place.parts) for each in found)
    level = [each for each in found if len(each.place.parts) == depth]
    exact = [each for each in level if each.exact]
    if len(exact) == 1:
        return exact[0]
    rivals = exact or level + [each for each in found if each.exact]
    if len({(each.place, each.package, sources.get(each.path)) for each in rivals}) > 1:
        raise Unclear(_two(file, rivals[0], rivals[1]))
    return rivals[0]


def _two(file: str, one: Find, other: Find) -> str:
    if one.place == other.place and one.package != other.package:
        return f"Your submission has two apps, {one.shown} and {other.shown}: keep only one."
    both = f"Your submission has both {one.shown} and {other.shown}, and it is not clear which one is"
    return f"{both} your {file}: keep only one of them."


def _finds(file: PurePosixPath, paths: list[PurePosixPath], wanted: Wanted) -> Iterable[Find]:
    levels = len(file.parent.parts)
    for path in paths:
        if wanted.canonical(path.name) == file.name and path.parts[-1 - levels : -1] == file.parts[:-1]:
            place = PurePosixPath(*path.parts[: -1 - levels])
            yield Find(str(file), path, place, exact=path.name == file.name)
        elif path.name == _INIT and path.parent.parts[-1 - levels :] == _package(file):
            place = PurePosixPath(*path.parent.parts[: -1 - levels])
            yield Find(str(file), path.parent, place, exact=True, package=True)


def _package(file: PurePosixPath) -> tuple[str, ...] | None:
    return file.with_suffix("").parts if file.suffix == ".py" else None
