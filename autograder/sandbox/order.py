"""What pid 1 of a box is told when a job begins: the order that starts its app or command."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from autograder.sandbox import launcher
from autograder.sandbox.job import Job
from autograder.sandbox.policy import WallPolicy

__all__ = ["start_order"]

_FIXED = {"PATH": "/usr/bin:/bin", "HOME": launcher.HOME, "LANG": "C.UTF-8"}


def start_order(
    job: Job, wall: WallPolicy, sites: Sequence[str], extra: Mapping[str, str]
) -> dict[str, object]:
    """The order, as the launcher reads it.

    Args:
        job: what is to be started.
        wall: the policy's figures.
        sites: the folders of installed packages, as they are called inside.
        extra: environment variables for this start alone.
    """
    return {
        "do": "start",
        "protocol": job.protocol,
        "module": job.module,
        "apps": job.apps,
        "command": job.command,
        "libraries": job.libraries,
        "environment": {**_FIXED, **job.environment, **extra},
        "backends": list(job.backends),
        "results": dict(job.results),
        "site": sites,
        "inodes": wall.inodes,
        "rlimits": {
            "RLIMIT_NPROC": job.limits.processes + wall.process_headroom,
            "RLIMIT_AS": wall.address_space_bytes,
            "RLIMIT_FSIZE": job.limits.file_bytes,
            "RLIMIT_NOFILE": job.limits.open_files,
            "RLIMIT_CORE": 0,
            "RLIMIT_CPU": math.ceil(job.limits.cpu_s) + 1,
        },
    }
