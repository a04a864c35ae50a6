# ruff: noqa: PTH116, PTH118 - every command of a learner looks at some hundred files: strings are faster
"""Decides whose course may be used: a course that another user can change would run their code as you.

A command looks for the course in every folder above, so it may find one that somebody else put there. As git
does with its "dubious ownership", we refuse it before anything in it is read. Trusted owners are the user who
runs the command, root, the user who called sudo, and the owner of this package's own files, whose code is
running already. The last one covers a class's shared installation and a checkout in a container. Windows has
no such owners; nothing is refused there.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.catalog.places import TREES
from autograder.errors import ForeignCourse

__all__ = ["VARIABLE", "hold_trusted"]

VARIABLE = "COURSE_TRUSTED"
"""Environment variable: absolute folders whose courses are used whoever owns them; ``*`` stands for all."""

_STARTERS = ".starters"
_RUN_BEHIND_THE_WALL = frozenset({"wrong", "right"})
_DEPTH = 12
_EXERCISE_DEPTH = 2
"""An exercise that was handed out alone may lie in a folder that holds much else."""
_UNMAPPED = 65_534
"""Owner of every file whose real owner a user namespace does not know: it says nothing about them."""


def hold_trusted(folder: Path, *files: Path, is_exercise: bool = False) -> None:
    """Raise ForeignCourse when another user owns the folder, one of these files, or part of its four trees.

    Args:
        folder: a course's root, the folder of a single topic, or a folder to grade in; resolved.
        files: what is read or run besides the trees; they may not exist.
        is_exercise: whether what lies in the folder itself is run, too.
    """
    if not hasattr(os, "geteuid") or _is_listed(folder):
        return
    trusted = _trusted_owners()
    inside = _below(str(folder), depth=_EXERCISE_DEPTH) if is_exercise else _in_trees(str(folder))
    for path in (str(folder), *map(str, files), *inside):
        for owner in _owners(path):
            if owner not in trusted:
                raise _foreign(folder, path, owner)


def _trusted_owners() -> frozenset[int]:
    me, engine = os.geteuid(), Path(__file__).stat().st_uid
    owners = {me, 0} if engine == _UNMAPPED else {me, 0, engine}
    caller = os.environ.get("SUDO_UID", "")
    if me == 0 and caller.isascii() and caller.isdigit():
        owners.add(int(caller))
    return frozenset(owners)


def _is_listed(folder: Path) -> bool:
    listed = os.environ.get(VARIABLE, "")
    if listed.strip() == "*":
        return True
    # A relative folder would trust whatever lies where the user happens to be.
    roots = (Path(each) for each in listed.split(os.pathsep) if each and Path(each).is_absolute())
    return any(folder.is_relative_to(root.resolve()) for root in roots)


def _in_trees(root: str) -> Iterator[str]:
    """Every file and folder of the four trees and of the second copy of the starters."""
    for tree in (*TREES, _STARTERS):
        path = root
        for name in tree.split("/"):
            path = os.path.join(path, name)
            yield path
        yield from _below(path, depth=_DEPTH)


def _below(folder: str, *, depth: int) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except OSError:  # absent, or not ours to read: then nothing in it is run
        return
    for entry in entries:
        yield entry.path
        is_looked_at = depth > 1 and entry.name not in _RUN_BEHIND_THE_WALL
        if is_looked_at and entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path, depth=depth - 1)


def _owners(path: str) -> set[int]:
    """Owner of the file and, for a link, also of its target: either could replace what is run."""
    owners = set()
    with contextlib.suppress(OSError):  # absent, or a link to nothing: then nothing is run
        own = os.lstat(path)
        owners.add(own.st_uid)
        if stat.S_ISLNK(own.st_mode):
            owners.add(os.stat(path).st_uid)
    return owners


def _foreign(folder: Path, path: str, owner: int) -> ForeignCourse:
    return ForeignCourse(
        f"This course belongs to another user, {_name(owner)}, whose code would run as you.",
        where=path,
        remedy=f"Use a course of your own. If you trust that user, allow the folder: {VARIABLE}={folder}",
    )


def _name(owner: int) -> str:
    import pwd  # noqa: PLC0415 - Windows has none

    try:
        return f"{pwd.getpwuid(owner).pw_name} (uid {owner})"
    except KeyError:
        return f"uid {owner}"
