"""Which of the machine's means the wall uses: what each protects, what is lacking, how to get it."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.errors import CourseError
from autograder.sandbox.bubblewrap import require_kernel
from autograder.sandbox.bwrap import Bubblewrap
from autograder.sandbox.groups import Counted, Groups, Uncounted
from autograder.sandbox.policy import load_policy
from autograder.sandbox.postgres import found_programs, version_of
from autograder.sandbox.seccomp import filter_program
from autograder.sandbox.system import find_system

__all__ = ["Feature", "find_features"]

_VERSION_WALL_S = 10
_INSTEAD = "The list of system calls, and what the watchdog sees of each process, hold alone here."


@dataclass(frozen=True, slots=True)
class Feature:
    """One of the machine's means.

    Attributes:
        protects: what it is used for.
        found: what there is; empty when it is lacking.
        lack: why it is lacking; empty when it is there.
        remedy: how to get it, and what holds without it.
    """

    name: str
    protects: str
    found: str = ""
    lack: str = ""
    remedy: str = ""

    def lines(self) -> list[str]:
        """As `course dev sandbox` prints it."""
        first = f"{'found' if self.found else 'LACKING':9}{self.name}: {self.found or self.lack}"
        more = [self.protects, *([f"do: {self.remedy}"] if self.remedy else [])]
        return [first, *(f"{'':9}{each}" for each in more)]


def find_features() -> tuple[Feature, ...]:
    """Look at the machine, without running a job."""
    groups = Groups()
    groups.close()
    return (*_walls(), *_counts(groups), _postgres())


def _walls() -> Iterator[Feature]:
    named = "bubblewrap", "keeps a submission from the machine's files, processes and network"
    try:
        yield Feature(*named, found=_version(Bubblewrap().path))
    except CourseError as error:
        yield _lacking(*named, error)
    # Whether a user namespace can be made is seen when a box is, which says what forbids it.
    owner = "root: a uid of its own for each job" if find_system().root else "a user namespace for each job"
    yield Feature("user", "keeps submissions from each other and from the grader", found=owner)
    named = "system calls", "refuses a submission what no exercise needs of the kernel"
    try:
        filter_program(load_policy().wall.calls)
        yield Feature(*named, found=f"a filter for {platform.machine()}")
    except CourseError as error:
        yield _lacking(*named, error)
    named = "/proc", "shows a submission processes of its own, and nothing of the machine"
    try:
        require_kernel(platform.release())
        yield Feature(*named, found=f"subset=pid, by Linux {platform.release()}")
    except CourseError as error:
        yield _lacking(*named, error)


def _counts(groups: Groups) -> Iterator[Feature]:
    named = {
        "memory group": ("bounds all memory of a job, also what shows in no process", groups.memory),
        "CPU group": ("counts the CPU time of processes that nobody waited for", groups.cpu),
    }
    for name, (protects, offer) in named.items():
        match offer:
            case Counted(version=version):
                yield Feature(name, protects, found=f"control groups, version {version}")
            case Uncounted(what=what, remedy=remedy):
                yield Feature(name, protects, lack=what, remedy=f"{remedy} {_INSTEAD}")


def _postgres() -> Feature:
    named = "PostgreSQL", "gives each run a database server of its own; needed with COURSE_DATABASE_URL alone"
    try:
        programs = found_programs()
        return Feature(*named, found=f"{version_of(programs)} in {programs}")
    except CourseError as error:
        return _lacking(*named, error)


def _lacking(name: str, protects: str, error: CourseError) -> Feature:
    return Feature(name, protects, lack=error.what, remedy=error.remedy)


def _version(path: str) -> str:
    told = subprocess.run(  # noqa: S603 - the binary that every job is started with
        [path, "--version"], capture_output=True, text=True, check=False, timeout=_VERSION_WALL_S
    )
    return f"{told.stdout.strip() or 'no version'}, {path}"
