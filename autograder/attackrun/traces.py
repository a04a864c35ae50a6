"""What is there before an attack and must be there, and nothing else, after it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.attackrun.ground import Ground
from autograder.attackrun.target import Target
from autograder.sandbox.system import package_folders
from autograder.sandbox.watchdog import usage_of

__all__ = ["Traces", "left_behind", "look"]

_SETTLE_S = 15.0
_STEP_S = 0.05
_SHARED = ("/dev/shm", "/var/tmp", "/tmp", "/run/lock")  # noqa: S108 - looked at, never written


@dataclass(frozen=True, slots=True)
class Traces:
    """A look at the grader and at the machine.

    Attributes:
        processes: how many run below the grader.
        descriptors: how many the grader holds open.
        files: in its folder for temporary files.
    """

    processes: int
    descriptors: int
    files: int


def look(ground: Ground, target: Target) -> Traces:
    """What is there now."""
    return Traces(
        processes=len(usage_of(target.pid).pids),
        descriptors=len(os.listdir(f"/proc/{target.pid}/fd")),  # noqa: PTH208 - names alone
        files=sum(1 for _ in ground.tmp.rglob("*")),
    )


def left_behind(ground: Ground, target: Target, before: Traces) -> list[str]:
    """What an attack left, some time after its end; a grader may need a moment to clear up."""
    faults: list[str] = []
    now = _settled(lambda: look(ground, target), before)
    for name in ("processes", "descriptors", "files"):
        more = getattr(now, name) - getattr(before, name)
        if more > 0:
            faults.append(f"{more} more {name} than before")
    faults += [f"a process of it still runs: {each}" for each in _processes(ground.token)]
    faults += [f"it left the file {each}" for each in _files(ground)]
    faults += [f"it left the socket {each}" for each in _sockets(ground.token)]
    faults += [f"its code ran on the trusted side: {each.name}" for each in ground.tripwires.iterdir()]
    return faults


def _settled(see: Callable[[], Traces], before: Traces) -> Traces:
    end = time.monotonic() + _SETTLE_S
    while True:
        now = see()
        clear = (
            now.processes <= before.processes
            and now.descriptors <= before.descriptors
            and now.files <= before.files
        )
        if clear or time.monotonic() > end:
            return now
        time.sleep(_STEP_S)


def _processes(token: str) -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (process / "cmdline").read_bytes()
            if token.encode() in line:
                yield f"{process.name} {line[:80]!r}"


def _files(ground: Ground) -> Iterator[str]:
    """Files with the token in their names, wherever a hand-in could try to write."""
    shared = {Path(each) for each in (*_SHARED, tempfile.gettempdir())}
    for folder in (*shared, ground.cwd, ground.desk, ground.home, *map(Path, package_folders())):
        with suppress(OSError):
            yield from (str(each) for each in folder.iterdir() if ground.token in each.name)
    for folder in (ground.course, ground.desk, ground.tmp):
        yield from (str(each) for each in folder.rglob("*") if ground.token in each.name)


def _sockets(token: str) -> Iterator[str]:
    """Sockets with the token in their names; abstract ones have no file."""
    with suppress(OSError):
        lines = Path("/proc/net/unix").read_text("utf-8", "replace").splitlines()
        yield from (line.split()[-1] for line in lines if token in line and f"door-{token}" not in line)
