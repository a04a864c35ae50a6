"""Where the grader's own control groups are: read from /proc, of version 1, version 2, or both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

__all__ = ["Hierarchies", "find_hierarchies"]

_PROCESS = Path("/proc/self")


@dataclass(frozen=True, slots=True)
class Hierarchies:
    """The grader's own group in every hierarchy that it can see.

    Attributes:
        by_controller: the folders of version 1, by the name of each controller.
        unified: the folder of version 2.
    """

    by_controller: dict[str, Path]
    unified: Path | None


@dataclass(frozen=True, slots=True)
class _Mount:
    kind: str
    root: str
    place: str
    options: frozenset[str]


def find_hierarchies(process: Path = _PROCESS) -> Hierarchies:
    """Look up the running process's groups, and where their hierarchies are mounted.

    Args:
        process: the process's folder in /proc.
    """
    try:
        groups = Path(process, "cgroup").read_text("utf-8", "surrogateescape")
        mounts = list(_mounts(Path(process, "mountinfo").read_text("utf-8", "surrogateescape")))
    except OSError:
        return Hierarchies({}, None)  # no /proc, or a kernel without control groups
    found: dict[str, Path] = {}
    unified = None
    for line in groups.splitlines():
        number, controllers, path = line.split(":", 2)
        if number == "0" and not controllers:
            unified = _folder(path, (each for each in mounts if each.kind == "cgroup2"))
            continue
        names = set(controllers.split(","))
        folder = _folder(path, (each for each in mounts if each.kind == "cgroup" and names <= each.options))
        if folder is not None:
            found |= dict.fromkeys(names, folder)
    return Hierarchies(found, unified)


def _folder(group: str, mounts: Iterable[_Mount]) -> Path | None:
    """The group's folder below one of these mounts; a container may see only a part of the hierarchy."""
    for each in mounts:
        if PurePosixPath(group).is_relative_to(each.root):
            folder = Path(each.place, PurePosixPath(group).relative_to(each.root))
            if Path(folder, "cgroup.procs").is_file():
                return folder
    return None


def _mounts(text: str) -> Iterable[_Mount]:
    for line in text.splitlines():
        left, _, right = line.partition(" - ")
        root, place = (_unescaped(each) for each in left.split()[3:5])
        kind, _, options = right.split()[:3]
        if kind.startswith("cgroup"):
            yield _Mount(kind, root, place, frozenset(options.split(",")))


def _unescaped(path: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), path)
