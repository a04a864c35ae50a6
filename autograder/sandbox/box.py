"""One job behind the wall: its enclosure, its limits, its outcome."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from autograder.errors import GradingBroken, WallLost
from autograder.outcome import Limit, Outcome
from autograder.sandbox.enclosure import Request
from autograder.sandbox.job import Address, Job
from autograder.sandbox.link import Link
from autograder.sandbox.meter import Meter
from autograder.sandbox.mounts import own_folders
from autograder.sandbox.oom import RECORD
from autograder.sandbox.order import start_order
from autograder.sandbox.parcel import pack
from autograder.sandbox.relay import Relay
from autograder.sandbox.stream import Stream
from autograder.sandbox.system import readable
from autograder.sandbox.uids import lease_uid
from autograder.sandbox.wall import Wall
from autograder.scratch import scratch_folder

__all__ = ["Box"]

_MARGIN_S = 5.0
_MOST_ERRORS = 65_536
_BACKLOG = 128


class Box:
    """A running job; a `Service` when it serves. Made by `BubblewrapSandbox`."""

    def __init__(self, job: Job, wall: Wall) -> None:
        self._job = job
        self._wall = wall
        self._closing = threading.RLock()
        self._outcome: Outcome | None = None
        self._fault: Exception | None = None
        self._limit: Limit | None = None
        self._relays: list[Relay] = []
        self._left: Mapping[str, bytes] = {}
        self._began = time.monotonic()
        self._kills_before = RECORD.recent()
        self._start_by = math.inf
        with contextlib.ExitStack() as stack:
            self._open(stack)
            self._start()
            self._stack = stack.pop_all()

    # ── What others may ask ─────────────────────────────────────────────────────────────────────────

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The apps' unix sockets; their paths stay the same over restarts."""
        return tuple(Address(path=str(path)) for path in self._paths())

    def wait_started(self) -> bool:
        """Wait until the app is served; false when it ended or ran out of time."""
        told = self._link.told
        self._await(lambda: told.started or self._over(), self._job.limits.start_wall_s)
        return told.started and not self._over()

    def wait_ended(self) -> None:
        """Wait until the app's process has ended, by itself or at a limit."""
        self._await(self._over, self._job.limits.wall_s)

    def alive(self) -> bool:
        """Whether the submission's process still runs."""
        if self._outcome is None:
            self._link.ping(self._over)
        return not self._over()

    @property
    def left(self) -> Mapping[str, bytes]:
        """The result files as the process that the last restart ended had left them, by name."""
        return self._left

    def restart(self, environment: Mapping[str, str] | None = None) -> bool:
        """End the app and start it again in the same working directory; as `wait_started`."""
        policy = self._wall.policy.wall
        with self._closing:
            if not self._over():
                self._link.send({"do": "stop"})
                if not self._link.wait(self._over, policy.restart_grace_s):
                    self._link.send({"do": "kill"})
                    self._link.wait(self._over, policy.teardown_wall_s)
            if self._outcome is not None or self._limit is not None or self._link.told.gone:
                return False
            self._left = self._link.told.results
            self._start_by = math.inf  # until the new start has its own
            self._link.told.started, self._link.told.ended = False, None
            self._start(environment)
        return self.wait_started()

    def stop(self, grace_s: float) -> Outcome:
        """Ask the app to shut down, wait up to ``grace_s``, then kill."""
        if self._outcome is None:
            self._link.send({"do": "stop"})
            self._link.wait(self._over, grace_s)
        return self.kill()

    def kill(self) -> Outcome:
        """End every process of the job and wait until the last one is gone.

        Raises:
            GradingBroken: the kernel did not end them in time, or the grader lost track of them.
        """
        with self._closing:
            if self._outcome is None:
                self._link.ping(self._over)
                self._outcome = self._tear_down()
            return self._outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        self.kill()

    # ── What the watchdog calls ─────────────────────────────────────────────────────────────────────

    def measure(self, now: float) -> None:
        """Compare what the job uses with its limits, and end it at one."""
        self._safely(lambda: self._measure(now))()

    def _measure(self, now: float) -> None:
        if not self._enclosure.pid or self._over():
            return
        limit = self._meter.look(self._enclosure.pid)
        late = now > self._start_by and not self._link.told.started
        if limit is None and (late or now - self._began > self._job.limits.wall_s):
            limit = Limit.WALL
        if limit is not None:
            self._end(limit)

    def _hear(self) -> None:
        told = self._link.told
        self._link.hear()
        if told.gone:
            self._wall.watchdog.unread(self._link.fileno())
        while told.listeners:
            name, listener = told.listeners.popitem()
            self._relays.append(Relay(listener, self._job.backends[name]))
        if told.over is not None:
            # Pid 1 says so before it kills, and both may be heard at once.
            self._limit = self._limit or told.over
            self._end(told.over)
        elif told.ended == -signal.SIGKILL:
            # The kernel ends a process at the limit of its control group before the watchdog sees that.
            self._limit = self._limit or self._meter.look_at_group()
        elif told.ended == -signal.SIGXCPU:
            self._limit = self._limit or Limit.CPU

    def _overflow(self) -> None:
        if self._output.total > self._job.limits.output_bytes:
            self._end(Limit.OUTPUT)

    def _end(self, limit: Limit) -> None:
        """End the box at a limit; the first one counts, and none after the app's own end."""
        with self._link.changed:
            if self._link.told.ended is None:
                self._limit = self._limit or limit
            self._link.changed.notify_all()
        self._enclosure.kill()

    def _safely(self, call: Callable[[], object]) -> Callable[[], None]:
        """A mistake of ours over one job ends that job, as broken, and not the watchdog of all."""

        def guarded() -> None:
            try:
                call()
            except Exception as error:  # noqa: BLE001 - raised again by kill
                self._give_up(error)

        return guarded

    def _give_up(self, fault: Exception) -> None:
        """End the box for a fault of ours; the first one counts."""
        with self._link.changed:
            self._fault = self._fault or fault
            self._link.changed.notify_all()
        self._enclosure.kill()

    def _await(self, condition: Callable[[], bool], wall_s: float) -> None:
        """Wait for what must come in this time, be it a limit that the watchdog sees."""
        if not self._link.wait(condition, wall_s + _MARGIN_S):
            self._give_up(TimeoutError("nothing was heard of the box in time"))

    # ── How it begins ───────────────────────────────────────────────────────────────────────────────

    def _open(self, stack: contextlib.ExitStack) -> None:
        wall, policy = self._wall, self._wall.policy.wall
        self._folder = scratch_folder("box")
        stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        uid = policy.uid_first
        if wall.system.root:
            lease = lease_uid(policy.uid_first, policy.uid_count)
            uid = stack.enter_context(contextlib.closing(lease)).uid
        self._link = stack.enter_context(contextlib.closing(Link(sum(self._job.results.values()))))
        most = self._job.limits.output_bytes
        self._output = Stream(wall.watchdog, 2, most, self._safely(self._overflow))
        stack.callback(self._output.close)
        self._errors = Stream(wall.watchdog, 1, _MOST_ERRORS, lambda: None)
        stack.callback(self._errors.close)
        limits = self._job.limits
        self._group = wall.groups.make(limits.memory_bytes + sum(own_folders(policy, limits).values()))
        stack.callback(self._group.close)
        self._meter = Meter(limits, self._group)
        errors, control = self._errors.writers[0], self._link.theirs.fileno()
        self._enclosure = wall.enclose(Request(self._job, self._folder, uid, errors, control, self._group))
        stack.callback(self._enclosure.bury)
        if self._enclosure.pid and not self._enclosure.joined:
            wall.groups.enter(self._group, self._enclosure.pid)
        self._link.theirs.close()
        self._hand_in()
        wall.watchdog.read(self._link.fileno(), self._safely(self._hear))
        stack.callback(wall.watchdog.unread, self._link.fileno())
        wall.watchdog.watch(self)
        stack.callback(wall.watchdog.forget, self)

    def _hand_in(self) -> None:
        files = pack(self._job.files)
        self._link.send({"do": "unpack"}, [files])
        os.close(files)

    def _start(self, extra: Mapping[str, str] | None = None) -> None:
        paths = () if self._job.command else self._paths()
        self._start_by = time.monotonic() + self._job.limits.start_wall_s
        with contextlib.ExitStack() as ours:
            # Only the box keeps them: when the app is gone, connections are refused.
            listeners = [ours.enter_context(_listen(path)).fileno() for path in paths]
            sites = [inside for _, inside in self._wall.system.sites]
            order = start_order(self._job, self._wall.policy.wall, sites, extra or {})
            self._link.send(order, [*self._output.writers, *listeners])

    def _paths(self) -> tuple[Path, ...]:
        return tuple(self._folder / f"app{at}" for at in range(len(self._job.apps) or 1))

    # ── How it ends ─────────────────────────────────────────────────────────────────────────────────

    def _over(self) -> bool:
        told = self._link.told
        ended = told.ended is not None or told.gone
        return ended or self._limit is not None or self._fault is not None

    def _tear_down(self) -> Outcome:
        # First of all: a pid may be somebody else's as soon as its process is gone.
        self._wall.watchdog.forget(self)
        # Nobody inside can end pid 1, and we have not yet done it.
        vanished = self._link.told.entered and self._link.told.gone
        if self._enclosure.pid and not self._over():
            # Most jobs are shorter than the time between two looks of the watchdog.
            self._safely(lambda: self._meter.look(self._enclosure.pid))()
            if time.monotonic() - self._began > self._job.limits.wall_s:
                # Whoever waited for it noticed before the watchdog did.
                self._end(Limit.WALL)
        with self._stack:
            used = self._enclosure.bury()
            self._limit = self._limit or self._meter.look_at_group()
            ran_out = self._memory_ran_out()
            self._wall.watchdog.unread(self._link.fileno())
            while not self._link.told.gone and self._fault is None:
                self._safely(self._hear)()
            for relay in self._relays:
                relay.close()
                self._fault = self._fault or relay.fault
            stdout, stderr = (readable(self._wall.system, text) for text in self._output.rest())
            said = self._errors.rest()[0].decode("utf-8", "replace").strip()
        if self._fault is not None:
            raise GradingBroken(
                f"The sandbox lost track of a submission: {self._fault!r}",
                where="autograder/sandbox/box.py",
                remedy="Grade it again, and report this.",
            ) from self._fault
        told = self._link.told
        if (vanished or self._enclosure.lost) and told.ended is None and self._limit is None:
            raise WallLost(
                "A process of the sandbox's own ended in the middle of a submission.",
                where="the box's first process, or the nest that it came from",
                remedy="Look at the machine's memory, then grade again.",
            )
        code = told.ended if self._limit is None else None
        return Outcome(
            entered=told.entered,
            started=told.started,
            exit_code=code if code is not None and code >= 0 else None,
            signal=-code if code is not None and code < 0 else None,
            limit=self._limit,
            wall_s=time.monotonic() - self._began,
            cpu_s=max(self._meter.cpu_s, used.cpu_s),
            waited_s=self._meter.waited_s,
            crowded_s=self._meter.crowd.missing_s,
            memory_ran_out=ran_out,
            # The kernel's own figure counts what was there before the fork; only where nothing was seen.
            peak_memory_bytes=self._meter.memory_bytes or used.memory_bytes,
            stdout=stdout,
            stderr=stderr,
            results=told.results,
            failure=None if told.entered else said or self._enclosure.silence,
        )

    def _memory_ran_out(self) -> bool:
        """Whether the kernel ended processes for lack of memory: the job's own, or anybody's."""
        kills = self._group.kills
        return RECORD.now() > self._kills_before if kills is None else kills > 0


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(_BACKLOG)
    return listener
