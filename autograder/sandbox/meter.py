"""What a job has used so far, and which of its limits that is beyond."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.outcome import Limit
from autograder.sandbox.crowd import Crowd
from autograder.sandbox.group import Group
from autograder.sandbox.holdings import descriptors_of, tables_of
from autograder.sandbox.job import Limits
from autograder.sandbox.watchdog import shared_fairly, usage_of, waits_of

__all__ = ["Meter"]


class Meter:
    """Looks at a job's processes.

    Args:
        group: their control group, where they have one.

    Attributes:
        cpu_s: the most that was seen.
        memory_bytes: likewise.
        waited_s: how long its processes waited for a core.
        crowd: how long other work left it less than one core.
    """

    def __init__(self, limits: Limits, group: Group | None = None) -> None:
        self._group = group or Group()
        self.cpu_s = 0.0
        self.memory_bytes = 0
        self.waited_s = 0.0
        self.crowd = Crowd()
        self._limits = limits
        self._waits: dict[tuple[int, int], float] = {}

    def look(self, pid: int) -> Limit | None:
        """Note what the tree below ``pid`` uses at this moment; the limit that it is beyond."""
        usage = usage_of(pid)
        memory = usage.memory_bytes
        if memory > self._limits.memory_bytes:
            memory = shared_fairly(usage.pids)
        memory += tables_of(usage.pids)
        self.cpu_s = max(self.cpu_s, usage.cpu_s)
        self.memory_bytes = max(self.memory_bytes, memory)
        self._note_waits(usage.pids)
        group_limit = self.look_at_group()
        self.crowd.look(self.cpu_s)
        if usage.tasks > self._limits.processes + 1:  # and pid 1
            return Limit.PROCESSES
        if descriptors_of(usage.pids) > self._limits.descriptors:
            return Limit.DESCRIPTORS
        if group_limit or memory > self._limits.memory_bytes:
            return Limit.MEMORY
        return Limit.CPU if self.cpu_s > self._limits.cpu_s else None

    def look_at_group(self) -> Limit | None:
        """Note what the job's control group counts; the limit of memory when it is beyond that."""
        held = self._group.look()
        self.cpu_s = max(self.cpu_s, held.cpu_s)
        self.memory_bytes = max(self.memory_bytes, held.excessive_bytes)
        return Limit.MEMORY if held.excessive_bytes else None

    def _note_waits(self, pids: Iterable[int]) -> None:
        """Add what every thread has waited since the last look: a server may have one for each request."""
        waits = waits_of(pids)
        for thread, waited in waits.items():
            before = self._waits.get(thread, 0.0)
            self.waited_s += waited - before if waited >= before else waited  # less is another of its number
        self._waits = waits
