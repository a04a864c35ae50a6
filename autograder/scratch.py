"""Where a process keeps what it needs for a moment; what a killed process left is swept away by the next.

One folder a process, in the system's temporary folder, mode 0700. The process holds a lock on a file
in it, which the kernel takes back however the process ends: a folder whose lock is free belongs to
nobody, and what lies in it (students' files, sockets) goes. So does a box that never came to be: the
process of bubblewrap that is to be pid 1 waits for a word of the other one, and bubblewrap has it end with
that one only after it (0.11, and its source of March 2026); killed in between, it would wait for ever.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

__all__ = ["scratch_folder", "temporary_folder"]

_PREFIX = "course-"
_LOCK = ".lock"
_ENTERED = 0o711
_MOST_NAME = 60
"""A unix socket's path has at most 107 bytes; a longer temporary folder leaves no room for ours."""

_making = threading.Lock()
_roots: dict[tuple[int, int, bool], tuple[Path, int]] = {}


def scratch_folder(name: str, *, entered: bool = False) -> Path:
    """A new, empty folder of this process's own, short enough to hold a unix socket.

    Whoever asks removes it; what is left is removed when the process ends.

    Args:
        name: what its own name begins with.
        entered: whether others may enter it, who know its name: a program that root starts as somebody
            else.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=_root(entered=entered)))
    if entered:
        folder.chmod(_ENTERED)
    return folder


@contextlib.contextmanager
def temporary_folder(name: str) -> Iterator[Path]:
    """A scratch folder for the time of a ``with`` block."""
    folder = scratch_folder(name)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _root(*, entered: bool = False) -> Path:
    with _making:
        # Somebody else, as a process may become, could not enter the folder.
        owner = os.getpid(), getattr(os, "geteuid", int)(), entered
        made = _roots.get(owner)
        if made is None or not made[0].is_dir():
            parent = _parent()
            _sweep(parent)
            # A forked child makes its own: its parent may end first and take the other away.
            root, lock = _new_root(parent)
            if entered:
                root.chmod(_ENTERED)
            made = _roots[owner] = root, lock
            atexit.register(_remove, root, lock, os.getpid())
        return made[0]


def _new_root(parent: Path) -> tuple[Path, int]:
    """A folder and its lock; not one that another process's sweep saw before it was locked."""
    while True:
        root = Path(os.path.realpath(tempfile.mkdtemp(prefix=_PREFIX, dir=parent)))
        with contextlib.suppress(FileNotFoundError):
            lock = _locked(root / _LOCK)
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(lock), (root / _LOCK).stat()):
                    return root, lock
            os.close(lock)


def _parent() -> Path:
    usual = tempfile.gettempdir()
    return Path(usual if len(usual) < _MOST_NAME else "/tmp")  # noqa: S108 - made by mkdtemp


def _locked(path: Path) -> int:
    """The descriptor that holds the lock, for as long as the process lives."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with contextlib.suppress(ImportError):
        import fcntl  # noqa: PLC0415 - not on Windows, where an open file is lock enough

        fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _sweep(parent: Path) -> None:
    """Remove the folders of processes that were killed; whatever cannot be looked at is somebody else's."""
    try:
        import fcntl  # noqa: PLC0415 - see above
    except ImportError:
        if os.name == "nt":
            _sweep_unopened(parent)
        return
    for root in parent.glob(f"{_PREFIX}*"):
        try:
            if root.is_symlink() or root.stat().st_uid != os.geteuid():
                continue
            with (root / _LOCK).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _end_boxes(root)
                shutil.rmtree(root, ignore_errors=True)
        except OSError:
            continue


def _end_boxes(root: Path) -> None:
    """Kill what is left of boxes that were to see something of this folder; Linux alone has any."""
    named = os.path.realpath(root).encode() + b"/"
    for process in Path("/proc").glob("[1-9]*"):
        with contextlib.suppress(OSError):
            handle = os.pidfd_open(int(process.name))
            try:
                name, *words = (process / "cmdline").read_bytes().split(b"\0")
                if name.endswith(b"bwrap") and any(word.startswith(named) for word in words):
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            finally:
                os.close(handle)


def _sweep_unopened(parent: Path) -> None:
    """The same on Windows, where the lock is a file that cannot be removed while its owner has it open."""
    for lock in parent.glob(f"{_PREFIX}*/{_LOCK}"):
        with contextlib.suppress(OSError):
            lock.unlink()
            shutil.rmtree(lock.parent, ignore_errors=True)


def _remove(root: Path, lock: int, process: int) -> None:
    if process == os.getpid():
        if os.name == "nt":
            os.close(lock)  # what is open cannot be removed there
        shutil.rmtree(root, ignore_errors=True)
