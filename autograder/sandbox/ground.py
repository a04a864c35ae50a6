"""The group of a grader below its own, in which it makes one for each job; and those of dead graders."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
from pathlib import Path

from autograder.sandbox.accounts import write
from autograder.sandbox.group import make_folder, remove_folder
from autograder.sandbox.watchdog import usage_of

__all__ = ["Crowded", "Ground", "base_of", "claim"]

_OURS = "course-grader-"
_APART = "course-graders"
_CONTROLLERS = "+memory"


class Crowded(Exception):
    """Processes of others are in the grader's own group, which version 2 lets have no groups then."""


class Ground:
    """A folder for the groups of one grader's jobs.

    A lock on it is held as long as the grader lives, however it ends. A folder that nobody locks is a dead
    grader's, and the next one removes it, unless a process lives in it.

    Args:
        own: the grader's own group.
        controlled: whether it must be asked for the control of memory, as version 2 must.

    Raises:
        OSError: the kernel refuses.
        Crowded: the grader's own group must be empty first, and is not the grader's alone.
    """

    def __init__(self, own: Path, *, controlled: bool) -> None:
        _sweep(own)
        if controlled:
            _open_to_groups(own)
        self.folder, self._lock = claim(own)
        try:
            if controlled:
                write(self.folder / "cgroup.subtree_control", _CONTROLLERS)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Remove it and all groups in it, but those in which a process lives."""
        _remove(self.folder)
        os.close(self._lock)


def claim(own: Path) -> tuple[Path, int]:
    """Make a folder and lock it: the folder, and a descriptor that holds the lock."""
    while True:
        folder = own / f"{_OURS}{secrets.token_hex(8)}"
        make_folder(folder)
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(lock, fcntl.LOCK_SH)
            if folder.is_dir():
                return folder, lock
            os.close(lock)  # another grader's sweep came between the two


def base_of(own: Path) -> Path:
    """The group in which a grader has its folder: not the one for the graders alone."""
    return own.parent if own.name == _APART else own


def _open_to_groups(own: Path) -> None:
    """Have the groups below ``own`` control memory; version 2 wants no process in ``own`` itself then."""
    control = own / "cgroup.subtree_control"
    if "memory" in control.read_text().split():
        return
    try:
        write(control, _CONTROLLERS)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        _step_aside(own)
        write(control, _CONTROLLERS)


def _step_aside(own: Path) -> None:
    """Move the grader and its children into a group of their own."""
    present = {int(each) for each in (own / "cgroup.procs").read_text().split()}
    ours = {os.getpid(), *usage_of(os.getpid()).pids}
    if present - ours:
        raise Crowded(", ".join(map(str, sorted(present - ours)[:5])))
    apart = own / _APART
    with contextlib.suppress(FileExistsError):
        make_folder(apart)
    for pid in present:
        with contextlib.suppress(ProcessLookupError):
            write(apart / "cgroup.procs", str(pid))


def _sweep(own: Path) -> None:
    """Remove what dead graders left."""
    for folder in own.glob(f"{_OURS}*"):
        with contextlib.suppress(OSError):  # somebody else's, or another sweep's by now
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(folder)
            finally:
                os.close(lock)


def _remove(folder: Path) -> None:
    """Remove a grader's folder with its jobs' groups, as far as no process lives there."""
    with contextlib.suppress(OSError):
        for each in folder.iterdir():
            if each.is_dir():
                remove_folder(each)
    remove_folder(folder)
