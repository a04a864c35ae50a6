"""CPU time of everything that a command starts, however it ends: the kernel counts it in a control group.

The usual way, adding up the children that were waited for, misses the processes of a sandbox, which
nobody outside it waits for: two thirds of a grading run, measured.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Group", "group"]

_EMPTY_WALL_S = 5


@dataclass(frozen=True, slots=True)
class Group:
    """A control group, version 2, of which only the count is used."""

    path: Path

    def entered(self, command: Sequence[str]) -> list[str]:
        """The command as one that enters the group first."""
        return ["/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self.path / "cgroup.procs"), *command]

    def cpu_s(self) -> float:
        """CPU seconds of all that ran in it; waits a moment for what is just ending."""
        deadline = time.monotonic() + _EMPTY_WALL_S
        while (self.path / "cgroup.procs").read_text("ascii") and time.monotonic() < deadline:
            time.sleep(0.02)
        lines = (self.path / "cpu.stat").read_text("ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("usage_usec")) / 1e6


@contextlib.contextmanager
def group() -> Iterator[Group | None]:
    """A group for one command; None where this user or this system can make none."""
    try:
        made = Group(Path(tempfile.mkdtemp(prefix="course-bench-", dir=_own())))
    except OSError:
        yield None
        return
    try:
        yield made if _counts(made.path) else None
    finally:
        with contextlib.suppress(OSError):
            made.path.rmdir()


def _own() -> Path:
    """The group of this process. Raises OSError where there is none."""
    mounts = (line.split() for line in Path("/proc/self/mounts").read_text("utf-8").splitlines())
    roots = [where for _, where, kind, *_ in mounts if kind == "cgroup2"]
    lines = Path("/proc/self/cgroup").read_text("utf-8").splitlines()
    names = [line.removeprefix("0::/") for line in lines if line.startswith("0::/")]
    if not roots or not names:
        raise FileNotFoundError
    return Path(roots[0], names[0])


def _counts(path: Path) -> bool:
    return (path / "cpu.stat").is_file() and os.access(path / "cgroup.procs", os.W_OK)
