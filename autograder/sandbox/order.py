"""What the launcher is told when a job begins: how to build its walls, what to start behind them."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence

from autograder.sandbox import launcher
from autograder.sandbox.job import Job, Limits
from autograder.sandbox.mounts import names_of, own_folders
from autograder.sandbox.policy import WallPolicy
from autograder.sandbox.seccomp import filter_program
from autograder.sandbox.system import System

__all__ = ["start_order", "wall_order"]

_FIXED = {"PATH": "/usr/bin:/bin", "HOME": launcher.HOME, "LANG": "C.UTF-8"}


def wall_order(system: System, wall: WallPolicy, limits: Limits, uid: int) -> dict[str, object]:
    """How the launcher walls itself in before it has anything of a submission."""
    return {
        "uid": uid,
        # As an ordinary user every job has the same uid, in a user namespace of its own.
        "etc": names_of(uid) if system.root else {},
        "mapped": not system.root,
        "folders": own_folders(wall, limits),
        "network": dict(wall.network),
        "filter": base64.b64encode(filter_program(wall.calls)).decode(),
    }


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
            "RLIMIT_MEMLOCK": 0,
            "RLIMIT_MSGQUEUE": 0,
            "RLIMIT_SIGPENDING": wall.pending_signals,
            "RLIMIT_CPU": math.ceil(job.limits.cpu_s) + 1,
        },
    }
