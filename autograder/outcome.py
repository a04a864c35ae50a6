"""What happened to a submission's process: facts without judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Limit", "Outcome"]


class Limit(StrEnum):
    """The limit at which the sandbox ended a job."""

    WALL = "wall"
    CPU = "cpu"
    MEMORY = "memory"
    OUTPUT = "output"
    PROCESSES = "processes"
    DESCRIPTORS = "descriptors"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the sandbox saw of one job, after its last process is gone.

    Attributes:
        entered: our launcher ran inside the wall; when false the sandbox itself failed.
        started: the submission's module was imported and a server took the socket.
        exit_code: of the submission's process, or None when it was ended by a signal or by us.
        signal: the signal that ended the submission's process, if one did.
        limit: the limit at which we ended it, if we did.
        wall_s: seconds from start to the last process being gone.
        cpu_s: CPU seconds, user and system, of all its processes.
        waited_s: seconds that its processes were ready to run and no core was free, as far as seen; 0 where
            the kernel does not tell. An app can raise this figure: its own processes wait for each other.
        crowded_s: seconds of one core that work other than the job's took from it; no app can raise it.
        memory_ran_out: while the job ran, the kernel ended one of its processes for lack of memory; or any,
            where nothing counts those of the job alone.
        peak_memory_bytes: the largest resident memory seen, summed over its processes.
        stdout: what it wrote, decoded with replacement and capped by the policy.
        stderr: likewise.
        results: the result files it was asked for, capped, by name.
        failure: when entered is false, what the sandbox said.
    """

    entered: bool
    started: bool
    exit_code: int | None = None
    signal: int | None = None
    limit: Limit | None = None
    wall_s: float = 0.0
    cpu_s: float = 0.0
    waited_s: float = 0.0
    crowded_s: float = 0.0
    memory_ran_out: bool = False
    peak_memory_bytes: int = 0
    stdout: str = ""
    stderr: str = ""
    results: Mapping[str, bytes] = field(default_factory=dict)
    failure: str | None = None
