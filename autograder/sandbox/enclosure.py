"""What a job's processes live in, whoever made it: how they are killed, and that the last is gone."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autograder.errors import GradingBroken
from autograder.sandbox.group import Group
from autograder.sandbox.job import Job

__all__ = ["Enclose", "Enclosure", "PidOne", "Request", "Used"]


@dataclass(frozen=True, slots=True)
class Request:
    """What an enclosure is made for.

    Attributes:
        folder: a private one of the job's own.
        uid: what the submission's processes run as.
        errors: the descriptor that whoever comes before the submission writes to.
        control: the launcher's end of its socket.
        group: what its processes enter before the submission is there.
    """

    job: Job
    folder: Path
    uid: int
    errors: int
    control: int
    group: Group


@dataclass(frozen=True, slots=True)
class Used:
    """What all processes of a job used, as the kernel counted it when they had ended."""

    cpu_s: float = 0.0
    memory_bytes: int = 0


class Enclosure(Protocol):
    """All processes of one job.

    Attributes:
        pid: its pid 1 as the grader sees it; 0 when there never was one.
        joined: whether that has entered the job's control group by itself.
    """

    pid: int
    joined: bool

    @property
    def lost(self) -> bool:
        """Whether it fell through no doing of the job's, so that another try is worth it; once buried."""

    @property
    def silence(self) -> str:
        """What to say of an enclosure that failed and said nothing, once buried."""

    def kill(self) -> None:
        """Kill pid 1, and so all; returns before they are gone."""

    def bury(self) -> Used:
        """Kill all, wait until the last is gone; what they used. Can be called again.

        Raises:
            GradingBroken: the kernel did not end them in time.
        """


Enclose = Callable[[Request], Enclosure]
"""Makes an enclosure. Raises GradingBroken."""


class PidOne:
    """A process that all others of a job end with.

    Args:
        handle: a descriptor of the process, which it closes in the end.
        patience_s: how long it may take to be gone when killed.
    """

    def __init__(self, pid: int, handle: int, patience_s: float) -> None:
        self.pid = pid
        self._handle = handle
        # The watchdog may kill while the judge lets go: the number could be somebody else's by then.
        self._lock = threading.Lock()
        self._patience_s = patience_s

    def kill(self) -> None:
        """Kill it; returns before it is gone."""
        with self._lock:
            if self._handle >= 0:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    @property
    def gone(self) -> bool:
        """Whether it has ended. To be asked before `close`."""
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return bool(poll.poll(0))

    def wait(self) -> None:
        """Wait until it is gone: pid 1 of a namespace is, after everybody else in it.

        Raises:
            GradingBroken: it is not gone in time.
        """
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        if not poll.poll(self._patience_s * 1000):
            raise GradingBroken(
                f"A killed submission still ran after {self._patience_s:g} seconds.",
                where=f"process {self.pid}",
                remedy="Look at the machine: the kernel cannot end the process.",
            )

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            if self._handle >= 0:
                os.close(self._handle)
                self._handle = -1
