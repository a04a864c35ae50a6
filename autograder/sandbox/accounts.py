"""What the kernel calls the files of a control group, in versions 1 and 2, and how they are read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CPU_1", "CPU_2", "MEMORY_1", "MEMORY_2", "Account", "Counter", "Files", "write"]

_MOST_READ = 16_384
_LAST_PIECE = 4_194_304
"""The most that a kernel asks for at once and is refused."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One number of a group's.

    Attributes:
        key: the word that its line begins with; empty for a file that is the number.
    """

    file: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one resource in one version.

    Attributes:
        limits: those that hold the limit in bytes; the first must be there.
        kept: one of them that the group of all jobs has, too: the kernel changes its own code whenever the
            first group has such a limit, and when the last is gone.
        zero: those that are set to 0 where they are there.
        joins: by which a process enters at once, by itself; version 2 has none.
        used: counters to be added up; `unused`, those to be subtracted; `unused_but`, what these include
            and is used all the same.
        unit: how many of them make one byte, or one second.
        kills: how many processes of the group were ended for lack of memory, the group's or the machine's.
        reached: how often the group's own limit was met.
        peaks: the most bytes that the group has had; in version 1, where the kernel may not count `reached`.
    """

    used: tuple[Counter, ...]
    unused: tuple[Counter, ...] = ()
    unused_but: tuple[Counter, ...] = ()
    unit: float = 1
    limits: tuple[str, ...] = ()
    kept: str = ""
    zero: tuple[str, ...] = ()
    joins: str = ""
    kills: tuple[Counter, ...] = ()
    reached: tuple[Counter, ...] = ()
    peaks: tuple[Counter, ...] = ()


# A file's cached pages are given back before a limit is met, so they are not a job's memory. Those of memory
# file systems and of shared maps are not given back, and "cache" and "file" include them.
MEMORY_1 = Files(
    used=(
        Counter("memory.usage_in_bytes"),
        Counter("memory.kmem.tcp.usage_in_bytes"),
    ),
    unused=(Counter("memory.stat", "cache"),),
    unused_but=(Counter("memory.stat", "shmem"),),
    limits=("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.kmem.tcp.limit_in_bytes"),
    kept="memory.kmem.tcp.limit_in_bytes",
    joins="tasks",
    kills=(Counter("memory.oom_control", "oom_kill"),),
    peaks=(Counter("memory.max_usage_in_bytes"), Counter("memory.memsw.max_usage_in_bytes")),
)
MEMORY_2 = Files(
    used=(Counter("memory.current"),),
    unused=(Counter("memory.stat", "file"),),
    unused_but=(Counter("memory.stat", "shmem"),),
    limits=("memory.max",),
    zero=("memory.swap.max",),
    kills=(Counter("memory.events", "oom_kill"),),
    reached=(Counter("memory.events", "oom"),),
)
CPU_1 = Files(used=(Counter("cpuacct.usage"),), unit=1e9, joins="tasks")
CPU_2 = Files(used=(Counter("cpu.stat", "usage_usec"),), unit=1e6)


class Account:
    """One resource of one group.

    Args:
        limit: in bytes, where the resource has one.

    Raises:
        OSError: the kernel refuses the limit.
    """

    def __init__(self, folder: Path, files: Files, limit: int = 0) -> None:
        self._folder = str(folder)
        self._files = files
        self._limit = limit
        for at, name in enumerate((*files.limits, *files.zero)):
            # All but the first are there only where the kernel was built or started with them.
            with contextlib.suppress(FileNotFoundError) if at else contextlib.nullcontext():
                write(folder / name, "0" if name in files.zero else str(limit))

    @property
    def used(self) -> float:
        """Bytes or seconds, as of now."""
        files = self._files
        unused = self._sum(files.unused) - self._sum(files.unused_but)
        return max(0, self._sum(files.used) - unused) / files.unit

    @property
    def kills(self) -> int:
        """How many processes of the group the kernel has ended for lack of memory, whoever lacked it."""
        return self._sum(self._files.kills)

    @property
    def exhausted(self) -> bool:
        """Whether it has ended one because the group's own limit was met."""
        if not self.kills:
            return False
        peaks = (self._sum([each]) for each in self._files.peaks)
        return self._sum(self._files.reached) > 0 or any(peak > self._limit - _LAST_PIECE for peak in peaks)

    @property
    def excessive(self) -> int:
        """The bytes in use once they are beyond the limit, or a process was ended for that; 0 until then."""
        if self.exhausted:
            return self._limit  # what that process held is no longer held
        # The cached pages are counted only when they matter: this is asked many times a second.
        if self._sum(self._files.used) <= self._limit:
            return 0
        used = int(self.used)
        return used if used > self._limit else 0

    def _sum(self, counters: Iterable[Counter]) -> int:
        return sum(_number(f"{self._folder}/{each.file}", each.key) for each in counters)


def _number(path: str, key: str) -> int:
    """The number in a file, or on the line of it that begins with the key; 0 where the kernel has none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0
    try:
        text = os.read(descriptor, _MOST_READ)
    finally:
        os.close(descriptor)
    if key:
        text = next((line for line in text.splitlines() if line.startswith(f"{key} ".encode())), b"0")
    return int(text.split()[-1])


def write(path: Path, text: str) -> None:
    """Write to a file of the kernel's, in one call. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode("ascii"))
    finally:
        os.close(descriptor)
