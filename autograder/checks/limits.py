"""What a run of checks may use of this machine: limits that the kernel holds, whatever an app answers.

They need a process for each run, so there are none where the system cannot fork.
"""

from __future__ import annotations

import math
import time
from pathlib import Path

__all__ = ["limit_check", "limit_run"]

_DATA_AT = 5  # in /proc/self/statm: pages of data and stack


def limit_run(memory_bytes: int) -> None:
    """Let this process allocate so much beyond what it holds; beyond that, Python raises MemoryError.

    Args:
        memory_bytes: for all checks together; no limit where it is 0, or where the system counts nothing.
    """
    import resource  # noqa: PLC0415 - Windows has none

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    statm = Path("/proc/self/statm")
    if not memory_bytes or not statm.exists():
        return
    held = int(statm.read_text("ascii").split()[_DATA_AT]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (held + memory_bytes, most))


def limit_check(cpu_s: float) -> None:
    """Have the kernel end this process with SIGXCPU when the check that begins has used up its CPU time.

    A signal's handler would not do: Python calls none while a regular expression is being matched.

    Args:
        cpu_s: for the check that begins; rounded up to the kernel's whole seconds. No limit where it is 0.
    """
    if not cpu_s:
        return
    import resource  # noqa: PLC0415 - as above

    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + cpu_s), most))
