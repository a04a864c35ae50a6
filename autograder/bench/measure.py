"""One command, measured: wall seconds, CPU seconds, the largest process."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GradingBroken

__all__ = ["Cost", "measured"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command and all its children cost.

    Attributes:
        wall_s: seconds from start to end.
        cpu_s: user and system seconds, of it and of every child that it waited for.
        peak_mb: resident memory of the largest of these processes, in 10^6 bytes.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float


def measured(command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end and tell what it cost.

    Raises:
        GradingBroken: it did not exit with 0; the end of what it printed is in the error.
    """
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - commands of ours
            command, cwd=cwd, env={**os.environ, **(env or {})}, stdout=output, stderr=output
        )
        # wait4 tells the cost of this one command; waiting through subprocess would add up all there were.
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            told = output.read().decode("utf-8", "replace")[-3000:]
            raise GradingBroken(
                f"`{' '.join(command)}` exited with {process.returncode}: {told}",
                where=str(cwd),
                remedy="Run the command by hand and correct what it names.",
            )
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)
