"""The control group of one job: made, entered, asked, removed."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.accounts import Account, Files, write

__all__ = ["Group", "Held", "make_folder", "remove_folder"]

_TRIES, _PAUSE_S = 10, 0.002


@dataclass(frozen=True, slots=True)
class Held:
    """What a group's processes hold and used.

    Attributes:
        cpu_s: of all that ever were in it.
        excessive_bytes: theirs and the kernel's on their behalf, once that was too much; 0 until then.
    """

    cpu_s: float = 0.0
    excessive_bytes: int = 0


class Group:
    """One job's processes as the kernel counts them together.

    So counted are memory that is on no process's account, and children that nobody waited for.

    Args:
        memory: the folder that is to be made, and what its files are called; none where there is no group.
        cpu: likewise; in version 2 it is the same folder.
        memory_bytes: the limit. The kernel ends a process of the group there.

    Attributes:
        joins: descriptors. A process that writes a 0 to each has entered the group; with none, see `add`.

    Raises:
        OSError: the kernel refuses.
    """

    def __init__(
        self,
        memory: tuple[Path, Files] | None = None,
        cpu: tuple[Path, Files] | None = None,
        memory_bytes: int = 0,
    ) -> None:
        self.joins: list[int] = []
        self._limit = memory_bytes
        self._memory: Account | None = None
        self._cpu: Account | None = None
        self._folders: list[Path] = []
        try:
            for folder, files in dict([*filter(None, (memory, cpu))]).items():
                make_folder(folder)
                self._folders.append(folder)
                if files.joins:
                    self.joins.append(os.open(folder / files.joins, os.O_WRONLY | os.O_CLOEXEC))
            self._memory = Account(*memory, memory_bytes) if memory else None
            self._cpu = Account(*cpu) if cpu else None
        except OSError:
            self.close()
            raise

    def add(self, pid: int) -> None:
        """Put a process into it, and with it all that it will fork; one that has ended is left out.

        The kernel may wait for about ten milliseconds before it does. Raises OSError.
        """
        with contextlib.suppress(ProcessLookupError):
            for folder in self._folders:
                write(folder / "cgroup.procs", str(pid))

    def look(self) -> Held:
        """What its processes hold and used, as of now; nothing of what nobody counts."""
        cpu = self._cpu.used if self._cpu else 0.0
        return Held(cpu, self._memory.excessive if self._memory else 0)

    @property
    def kills(self) -> int | None:
        """How many of its processes the kernel has ended for lack of memory, the group's or the machine's.

        None where nobody counts.
        """
        return self._memory.kills if self._memory else None

    def close(self) -> None:
        """Remove it, when all of its processes are gone; with one that is not, it stays for a sweep."""
        for each in self.joins:
            os.close(each)
        self.joins, self._memory, self._cpu = [], None, None
        while self._folders:
            remove_folder(self._folders.pop())


def make_folder(folder: Path) -> None:
    """Make a group. Raises OSError."""
    folder.mkdir()


def remove_folder(folder: Path) -> bool:
    """Remove a group that holds no process and no other group; whether it is gone."""
    for _ in range(_TRIES):
        with contextlib.suppress(FileNotFoundError):
            try:
                folder.rmdir()
            except OSError:
                time.sleep(_PAUSE_S)  # the kernel may still be busy with the last process's end
                continue
        return True
    return False
