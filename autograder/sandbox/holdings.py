"""What processes have the kernel hold for them that is on no process's account of memory."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

__all__ = ["descriptors_of", "tables_of"]

_FEW = 4  # so many processes hold 100 MB of tables at most, and are not asked
_AREA_BYTES = 256
_MOST_AREAS = 65_530  # of one process: vm.max_map_count, as every distribution but a few has it
_COUNTED_AREAS = 1_024  # a process with more is taken to have the most: counting costs as much as there is


def descriptors_of(pids: Iterable[int]) -> int:
    """How many files, pipes and sockets these processes hold open, and how many of them they watch.

    What waits in a socket's buffer is memory of the kernel's, and so is a watch of an epoll: their number
    is what bounds it. A watch outlives its descriptor where the file is still open under another one.
    """
    total = 0
    for pid in pids:
        folder = f"/proc/{pid}/fd"
        try:
            names = os.listdir(folder)  # noqa: PTH208 - twenty times a second
            total += len(names) + sum(_watches(pid, name) for name in names if _is_epoll(folder, name))
        except PermissionError:
            total += _figure(pid, "FDSize")  # no fewer than its open descriptors
        except OSError:
            continue  # it has just ended
    return total


def _is_epoll(folder: str, name: str) -> bool:
    try:
        return os.readlink(f"{folder}/{name}") == "anon_inode:[eventpoll]"  # noqa: PTH115 - see above
    except FileNotFoundError:
        return False  # closed meanwhile


def _watches(pid: int, name: str) -> int:
    try:
        with open(f"/proc/{pid}/fdinfo/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - see above
            return file.readall().count(b"tfd:")
    except FileNotFoundError:
        return 0


def tables_of(pids: Collection[int]) -> int:
    """Bytes of page tables and of areas of memory; 0 for a few processes, which cannot hold much."""
    if len(pids) <= _FEW:
        return 0
    return sum(_figure(pid, "VmPTE") * 1024 + _areas(pid) * _AREA_BYTES for pid in pids)


def _areas(pid: int) -> int:
    """No fewer areas than the process has."""
    count = 0
    try:
        with Path(f"/proc/{pid}/maps").open("rb", buffering=0) as file:
            while block := file.read(1 << 16):
                count += block.count(b"\n")
                if count > _COUNTED_AREAS:
                    return _MOST_AREAS
    except PermissionError:
        return _MOST_AREAS
    except OSError:
        pass  # it has just ended
    return count


def _figure(pid: int, name: str) -> int:
    """A figure of /proc/PID/status; told of every process, also of one that lets nobody look."""
    try:
        # The process's name is its own to choose, and need not be text.
        text = Path(f"/proc/{pid}/status").read_text("utf-8", "replace")
    except OSError:
        return 0
    # A process that is ending has no memory any more, and no lines about it.
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name}:")), 0)
