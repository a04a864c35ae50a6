"""Which lines of a module a lesson shows: those between ``# region NAME`` and ``# endregion``."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CatalogError
from sidebyside.places import AppFile

__all__ = ["Region", "paired_regions", "regions"]

_MARK = re.compile(r"\s*#\s*(?P<kind>region|endregion)\b\s*(?P<name>.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Region:
    """A named stretch of code.

    Attributes:
        name: as written after ``# region``.
        file: where it stands.
        line: number of its first line, counted from 1.
        code: its lines, without common indentation and without blank lines around.
    """

    name: str
    file: Path
    line: int
    code: tuple[str, ...]


def regions(files: Sequence[Path]) -> dict[str, Region]:
    """All regions of some modules, by name, in their order.

    Raises:
        CatalogError: a region without a name, opened twice, not closed, empty, or an end that closes nothing.
    """
    found: dict[str, Region] = {}
    for file in files:
        for region in _of_file(file):
            if region.name in found:
                other = found[region.name]
                raise _fault(
                    file,
                    region.line,
                    f"The region {region.name!r} stands twice: also at {other.file.name}:{other.line}.",
                    "Give each region a name of its own.",
                )
            found[region.name] = region
    return found


def paired_regions(flask: AppFile, fastapi: AppFile, name: str | None) -> list[tuple[Region, Region]]:
    """The regions that the two apps share, or the one that is asked for.

    Raises:
        CatalogError: a region stands in one app alone, or the one asked for in neither.
    """
    left, right = regions(flask.sources), regions(fastapi.sources)
    for ours, theirs, other in ((left, right, fastapi), (right, left, flask)):
        alone = [each for each in ours if each not in theirs]
        if alone:
            raise CatalogError(
                f"The region {alone[0]!r} stands only in {ours[alone[0]].file.name}.",
                where=str(other.path),
                remedy=f"Mark the same lines there with `# region {alone[0]}`, or drop the other region.",
            )
    if name is not None and name not in left:
        raise CatalogError(
            f"There is no region {name!r}.",
            where=str(flask.path),
            remedy=f"Use one of: {', '.join(left) or 'none: mark lines with `# region NAME`'}.",
        )
    return [(left[each], right[each]) for each in left if name in {None, each}]


def _of_file(file: Path) -> Iterator[Region]:
    opened: tuple[str, int] | None = None
    lines: list[str] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        mark = _MARK.match(line)
        if mark is None:
            lines.append(line)
        elif mark["kind"] == "region":
            if opened is not None:
                raise _fault(file, number, f"A region opens inside {opened[0]!r}.", "Close that one first.")
            if not mark["name"]:
                raise _fault(file, number, "The region has no name.", "Write `# region NAME`.")
            opened, lines = (mark["name"], number + 1), []
        elif opened is None:
            raise _fault(file, number, "This `# endregion` closes nothing.", "Drop it, or open a region.")
        else:
            yield _region(file, *opened, lines)
            opened = None
    if opened is not None:
        raise _fault(
            file, opened[1] - 1, f"The region {opened[0]!r} is not closed.", "Write `# endregion` after it."
        )


def _region(file: Path, name: str, line: int, lines: Sequence[str]) -> Region:
    code = textwrap.dedent("\n".join(lines)).split("\n")
    while code and not code[-1].strip():
        code.pop()
    while code and not code[0].strip():
        code.pop(0)
        line += 1
    if not code:
        raise _fault(file, line, f"The region {name!r} is empty.", "Put lines into it, or drop it.")
    return Region(name, file, line, tuple(code))


def _fault(file: Path, line: int, what: str, remedy: str) -> CatalogError:
    return CatalogError(what, where=f"{file}:{line}", remedy=remedy)
