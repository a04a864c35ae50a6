"""One command, measured: wall seconds, CPU seconds, the largest process."""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from autograder.bench.cpu import group
from autograder.errors import GradingBroken
from autograder.versions import versions

__all__ = ["Cost", "Machine", "measured", "this_machine"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command and all its children cost.

    Attributes:
        wall_s: seconds from start to end.
        cpu_s: user and system seconds, of it and of all that it started.
        peak_mb: resident memory of the largest process that was waited for, in 10^6 bytes.
        is_whole: whether the kernel counted them all; otherwise those that nobody waited for are missing.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    is_whole: bool


def measured(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, output: Path | None = None
) -> Cost:
    """Run a command to its end and tell what it cost.

    Args:
        command: its words.
        cwd: where it runs.
        env: set beside this process's own variables.
        output: receives its standard output.

    Raises:
        GradingBroken: it did not exit with 0; the end of what it printed is in the error.
    """
    with tempfile.TemporaryFile() as said, (output or Path(os.devnull)).open("wb") as told, group() as made:
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - commands of ours
            command if made is None else made.entered(command),
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=told if output is not None else said,
            stderr=said,
        )
        # wait4 tells the cost of this one command; waiting through subprocess would add up all there were.
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            text = said.read().decode("utf-8", "replace")[-3000:]
            raise GradingBroken(
                f"`{' '.join(command)}` exited with {process.returncode}: {text}",
                where=str(cwd),
                remedy="Run the command by hand and correct what it names.",
            )
        cpu_s = usage.ru_utime + usage.ru_stime if made is None else made.cpu_s()
    return Cost(wall_s, cpu_s, usage.ru_maxrss * 1024 / 1e6, is_whole=made is not None)


@dataclass(frozen=True, slots=True)
class Machine:
    """What was measured on.

    Attributes:
        processor: as the system names it.
        cores: that this process may use.
        memory_gb: of the whole machine, in 10^9 bytes.
        system: name and release of the kernel.
        load: how many processes wanted a core before the measurement, over a minute.
        versions: of everything that takes part.
    """

    processor: str
    cores: int
    memory_gb: float
    system: str
    load: float
    versions: Mapping[str, str]


def this_machine(also: Mapping[str, str]) -> Machine:
    """This machine, now.

    Args:
        also: further versions.
    """
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
        system=f"{platform.system()} {platform.release()}",
        load=os.getloadavg()[0],
        versions={**versions(), "nbgrader": metadata.version("nbgrader"), **also},
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
