"""What running jobs use, and the one thread that hears them, measures them and ends them at a limit."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

__all__ = [
    "Usage",
    "Watchdog",
    "Watched",
    "cpu_of",
    "shared_fairly",
    "usage_of",
    "waits_of",
]

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_CLOCK_OF_PROCESS = 2  # CPUCLOCK_SCHED of linux/posix-timers.h


@dataclass(frozen=True, slots=True)
class Usage:
    """What a tree of processes uses at this moment.

    Attributes:
        cpu_s: of the living and of all the dead that one of them has collected.
        memory_bytes: resident, summed; pages that two processes share count twice. Without the tree's
            root, which is ours: where it was forked from a nest, it shows what the nest holds.
        tasks: processes and threads.
        pids: the processes below the root.
    """

    cpu_s: float
    memory_bytes: int
    tasks: int
    pids: tuple[int, ...] = ()


class Watched(Protocol):
    """A job as the watchdog sees it."""

    def measure(self, now: float) -> None:
        """Compare what the job uses with its limits; called many times a second."""


def usage_of(pid: int) -> Usage:
    """Walk the tree below ``pid``; what ends meanwhile is left out."""
    cpu, memory, tasks = 0.0, 0, 0
    todo, below = [pid], []
    while todo:
        each = todo.pop()
        folder = f"/proc/{each}"
        try:
            # The command's name may hold spaces and brackets; the last bracket ends it.
            fields = Path(folder, "stat").read_bytes().rpartition(b")")[2].split()
            for task in os.listdir(f"{folder}/task"):  # noqa: PTH208 - twenty times a second
                with contextlib.suppress(OSError):  # this thread has ended, and the others have not
                    todo += map(int, Path(folder, "task", task, "children").read_bytes().split())
            cpu += cpu_of(each) + _TICK_S * sum(map(int, fields[13:15]))  # and cutime, cstime
        except (OSError, ValueError):
            continue
        tasks += int(fields[17])
        if each != pid:
            memory += int(fields[21])
            below.append(each)
    return Usage(cpu, memory * _PAGE, tasks, tuple(below))


def cpu_of(pid: int) -> float:
    """CPU seconds of one process with all its threads, dead ones too, to the nanosecond. Raises OSError.

    The figures in /proc are whole ticks, and many an app lives for less than two.
    """
    return time.clock_gettime((~pid << 3) | _CLOCK_OF_PROCESS)


def waits_of(pids: Iterable[int]) -> dict[tuple[int, int], float]:
    """Seconds that each living thread of these processes was ready to run and had no core.

    By process and thread; empty where the kernel keeps no such account.
    """
    waits = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - twenty times a second
                with contextlib.suppress(OSError, IndexError, ValueError):  # it has just ended
                    told = Path(f"/proc/{pid}/task/{task}/schedstat").read_bytes()
                    waits[pid, int(task)] = int(told.split()[1]) / 1e9
    return waits


def shared_fairly(pids: Iterable[int]) -> int:
    """Resident bytes of these processes, a page that several share counted once.

    Far slower than `usage_of`, so asked only when that says too much.
    """
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8", "replace")
            total += (
                next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) * 1024
            )
        except (OSError, StopIteration):
            continue  # pid 1 does not let an ordinary user look, and is small; or it has just ended
    return total


class Watchdog:
    """One thread for all jobs of a sandbox: calls back when a descriptor can be read, and to measure.

    Callbacks run with the watchdog's lock held: once `forget` has returned, none of that job runs.
    """

    def __init__(self, hertz: float) -> None:
        self._period = 1 / hertz
        self._epoll = select.epoll()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._wake, select.EPOLLIN)
        self._lock = threading.RLock()
        self._readers: dict[int, Callable[[], None]] = {}
        self._jobs: set[Watched] = set()
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def watch(self, job: Watched) -> None:
        """Measure ``job`` from now on."""
        with self._lock:
            self._jobs.add(job)
        os.eventfd_write(self._wake, 1)

    def read(self, descriptor: int, ready: Callable[[], None]) -> None:
        """Call ``ready`` whenever ``descriptor`` can be read or is at its end.

        It may be called with nothing to read: what was heard of a descriptor that has been closed since
        is taken for news of the next one with its number.
        """
        with self._lock:
            self._readers[descriptor] = ready
            self._epoll.register(descriptor, select.EPOLLIN)

    def unread(self, descriptor: int) -> None:
        """Hear no more of ``descriptor``; to be called before it is closed."""
        with self._lock:
            if self._readers.pop(descriptor, None) is not None:
                self._epoll.unregister(descriptor)

    def forget(self, job: Watched) -> None:
        """Measure ``job`` no more."""
        with self._lock:
            self._jobs.discard(job)

    def _run(self) -> None:
        next_tick = time.monotonic()
        while True:
            wait = max(0.0, next_tick - time.monotonic()) if self._jobs else None
            for descriptor, _ in self._epoll.poll(wait):
                if descriptor == self._wake:
                    os.eventfd_read(self._wake)
                    continue
                self._call(descriptor)
            if self._jobs and time.monotonic() >= next_tick:
                self._measure()
                next_tick = time.monotonic() + self._period

    def _call(self, descriptor: int) -> None:
        # Not in the loop above, whose variables would keep the last job while the thread waits.
        with self._lock:
            ready = self._readers.get(descriptor)
            if ready is not None:
                ready()

    def _measure(self) -> None:
        with self._lock:
            for job in list(self._jobs):
                job.measure(time.monotonic())
