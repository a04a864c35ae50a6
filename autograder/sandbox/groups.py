"""Whether control groups bound and count what jobs use on this machine, and a group for each job."""

from __future__ import annotations

import contextlib
import errno
import itertools
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GradingBroken
from autograder.sandbox.accounts import CPU_1, CPU_2, MEMORY_1, MEMORY_2, Files, write
from autograder.sandbox.ground import Crowded, Ground, base_of
from autograder.sandbox.group import Group
from autograder.sandbox.hierarchies import Hierarchies, find_hierarchies

__all__ = ["Counted", "Groups", "Uncounted"]

_SCOPE = "`systemd-run --user --scope -p Delegate=yes course autograde ...`"
_TRIAL_BYTES = 1 << 30
_BOUNDLESS = 1 << 50


@dataclass(frozen=True, slots=True)
class Counted:
    """A resource that groups count here.

    Attributes:
        version: of the kernel's control groups.
    """

    version: int
    ground: Ground
    files: Files


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A resource that no group counts: why, and what would change that."""

    what: str
    remedy: str


class Groups:
    """The control groups of one sandbox; safe to use from several threads.

    Attributes:
        memory: how groups bound memory here, or why they do not.
        cpu: the same of CPU time.
    """

    def __init__(self, found: Hierarchies | None = None) -> None:
        self._found = find_hierarchies() if found is None else found
        self._numbers = itertools.count()
        self._grounds: dict[Path, Ground] = {}
        self.memory = self._look("memory", MEMORY_1, MEMORY_2)
        self.cpu = self._look("cpuacct", CPU_1, CPU_2)

    def make(self, memory_bytes: int) -> Group:
        """A group for a job, with this limit; an empty one where nothing is counted.

        Raises:
            GradingBroken: the kernel refuses what it allowed before.
        """
        name = f"job-{next(self._numbers)}"
        memory, cpu = (
            (each.ground.folder / name, each.files) if isinstance(each, Counted) else None
            for each in (self.memory, self.cpu)
        )
        try:
            return Group(memory, cpu, memory_bytes)
        except OSError as error:
            raise _refused("made no control group for", error) from error

    def enter(self, group: Group, pid: int) -> None:
        """Put a process into a group. Raises GradingBroken, as `make`."""
        try:
            group.add(pid)
        except OSError as error:
            raise _refused("moved no process into the control group of", error) from error

    def close(self) -> None:
        """Remove the groups, when all jobs have ended."""
        for each in self._grounds.values():
            each.close()
        self._grounds = {}

    def _look(self, controller: str, first: Files, second: Files) -> Counted | Uncounted:
        """Try version 1, then version 2, by what a job will do; the first that refuses says why."""
        lacks = []
        for version, own, files in self._ways(controller, first, second):
            try:
                ground = self._ground(own, controlled=version == 2 and bool(files.limits))  # noqa: PLR2004 - see the name
                _try(ground, files)
            except (OSError, Crowded) as error:
                lacks.append(_lack(own, error))
            else:
                return Counted(version, ground, files)
        resource = "memory" if first.limits else "CPU time"
        nothing = f"the kernel offers no control of {resource} to the grader's group"
        return next(iter(lacks), Uncounted(nothing, f"Where systemd runs: {_SCOPE}."))

    def _ways(self, controller: str, first: Files, second: Files) -> Iterator[tuple[int, Path, Files]]:
        if controller in self._found.by_controller:
            yield 1, self._found.by_controller[controller], first
        unified = self._found.unified
        if unified is not None and (not second.limits or _offers(unified, controller)):
            yield 2, base_of(unified), second

    def _ground(self, own: Path, *, controlled: bool) -> Ground:
        if own not in self._grounds:
            self._grounds[own] = Ground(own, controlled=controlled)
        return self._grounds[own]


def _offers(own: Path, controller: str) -> bool:
    try:
        return controller in (base_of(own) / "cgroup.controllers").read_text().split()
    except OSError:
        return False


def _try(ground: Ground, files: Files) -> None:
    """Set up the group of all jobs, make one in it and move a process there. Raises OSError."""
    if files.kept:
        with contextlib.suppress(FileNotFoundError):
            write(ground.folder / files.kept, str(_BOUNDLESS))
    group = Group((ground.folder / "trial", files), memory_bytes=_TRIAL_BYTES)
    try:
        with subprocess.Popen(["/bin/sh", "-c", "read x"], stdin=subprocess.PIPE) as child:
            group.add(child.pid)
            child.communicate()
    finally:
        group.close()


def _refused(what: str, error: OSError) -> GradingBroken:
    return GradingBroken(
        f"The kernel {what} a submission: {error.strerror}.",
        where=str(error.filename or "the kernel's control groups"),
        remedy="Grade fewer submissions at once; `course dev sandbox` shows what this machine offers.",
    )


def _lack(own: Path, error: Exception) -> Uncounted:
    number = getattr(error, "errno", None)
    if isinstance(error, Crowded):
        what = f"other processes are in the grader's own group {own}: {error}"
        return Uncounted(what, f"Start the grader in a group of its own: {_SCOPE}.")
    if number == errno.EROFS:
        what = f"{own} is mounted read-only, as in most containers"
        return Uncounted(what, "Start the container with a writable /sys/fs/cgroup.")
    if number in {errno.EACCES, errno.EPERM}:
        what = f"this user can make no group in {own}"
        return Uncounted(what, f"Grade as root; or, where systemd runs: {_SCOPE}.")
    return Uncounted(f"no group can be made in {own}: {error}", "Grade as root, outside of containers.")
