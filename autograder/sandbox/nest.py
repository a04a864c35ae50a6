"""A nest: one box without a submission, in which a warm Python forks a walled process for each job."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import GradingBroken
from autograder.sandbox.bwrap import Bubblewrap
from autograder.sandbox.enclosure import PidOne, Request, Used
from autograder.sandbox.mounts import box_arguments, write_etc
from autograder.sandbox.order import wall_order
from autograder.sandbox.policy import Policy
from autograder.sandbox.system import System
from autograder.scratch import scratch_folder

__all__ = ["Kind", "Nest", "NestGone", "WarmEnclosure"]

_PACKET = 65_536
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Kind:
    """Which jobs a nest is for.

    Attributes:
        protocol: of the server that it has imported; none for commands, which start a Python of their own.
        modules: what else it has imported.
    """

    protocol: str = ""
    modules: tuple[str, ...] = ()


class NestGone(Exception):
    """The nest has ended, or takes no more jobs: the job has not begun."""


class Nest:
    """A running nest; safe to use from several threads.

    Raises:
        GradingBroken: it did not come up.
    """

    def __init__(self, bubblewrap: Bubblewrap, system: System, policy: Policy, kind: Kind) -> None:
        self._system = system
        self._policy = policy
        self._lock = threading.Lock()
        self._jobs = 0
        self._running = 0
        self._retired = False
        with contextlib.ExitStack() as stack:
            folder = scratch_folder("nest")
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            etc = write_etc(folder / "etc", policy.wall.uid_first)
            self._errors = os.memfd_create("nest-errors")
            stack.callback(os.close, self._errors)
            self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stack.enter_context(self._line)
            self._line.settimeout(policy.nest.answer_wall_s)
            with theirs:
                command = [*box_arguments(system, policy.wall, etc, "nest"), str(theirs.fileno())]
                self._bwrap, self._pid = bubblewrap.start(
                    command, errors=self._errors, keep=(theirs.fileno(),)
                )
            stack.callback(self._end)
            self._set_up(kind)
            self._size_at_first = self._size()
            self._stack = stack.pop_all()

    @property
    def worn(self) -> bool:
        """Whether the next job should have a new nest."""
        most = self._policy.nest
        grown = self._size() - self._size_at_first
        return self._retired or self._jobs >= most.jobs or grown > most.growth_bytes

    def hatch(self, request: Request) -> WarmEnclosure:
        """Have a walled process forked for a job.

        Raises:
            NestGone: another nest must do it.
            GradingBroken: the kernel refused the fork.
        """
        with self._lock:
            if self._retired:
                raise NestGone
            told, files = self._ask(
                self._order(request), (request.control, request.errors, *request.group.joins)
            )
            if not files:
                raise GradingBroken(
                    f"A job's process could not be forked: {told.get('failed')}",
                    where="the sandbox's nest",
                    remedy="Grade fewer submissions at once; look at the machine's memory and processes.",
                )
            self._jobs += 1
            self._running += 1
        joined = bool(request.group.joins)
        return WarmEnclosure(self, told["pid"], files[0], self._policy.wall.teardown_wall_s, joined=joined)

    def reap(self, pid: int) -> Used:
        """Have a dead job's pid 1 collected; what the job used. Raises NestGone."""
        with self._lock:
            self._running -= 1
            try:
                told, _ = self._ask({"do": "reap", "pid": pid})
            finally:
                if self._retired and not self._running:
                    self._stack.close()
        return Used(told["cpu_s"], told["memory_bytes"])

    def retire(self) -> None:
        """Take no more jobs, and end with the last that runs."""
        with self._lock:
            self._retired = True
            if not self._running:
                self._stack.close()

    def close(self) -> None:
        """End it, and with it every job that it runs."""
        with self._lock:
            self._retired = True
            self._stack.close()

    def _order(self, request: Request) -> dict[str, object]:
        wall = wall_order(self._system, self._policy.wall, request.job.limits, request.uid)
        return {"do": "hatch", **wall}

    def _set_up(self, kind: Kind) -> None:
        setup = {
            "protocol": kind.protocol,
            "modules": kind.modules,
            "site": [inside for _, inside in self._system.sites],
        }
        try:
            self._ask(setup)
        except NestGone as error:
            os.lseek(self._errors, 0, os.SEEK_SET)
            said = os.read(self._errors, _PACKET).decode("utf-8", "replace").strip()
            raise GradingBroken(
                f"A nest for warm starts did not come up: {said[-1000:] or 'it said nothing'}",
                where="the sandbox's nest",
                remedy="Run `course dev sandbox`; COURSE_SANDBOX=cold grades without nests.",
            ) from error

    def _ask(self, order: dict[str, Any], files: Sequence[int] = ()) -> tuple[dict[str, Any], list[int]]:
        """Send an order and wait for the answer. Raises NestGone, after which nothing can be asked."""
        answered = False
        try:
            socket.send_fds(self._line, [json.dumps(order).encode()], list(files))
            data, handles, _, _ = socket.recv_fds(self._line, _PACKET, 1)
            answered = bool(data)
        except OSError as error:
            raise NestGone from error
        finally:
            if not answered:
                # A late answer would be taken for that to the next question; without its line a nest ends.
                self._retired = True
                self._line.close()
        if not answered:
            raise NestGone
        return json.loads(data), handles

    def _size(self) -> int:
        try:
            return int(Path(f"/proc/{self._pid}/statm").read_text().split()[1]) * _PAGE
        except (OSError, IndexError):
            return 0  # gone, as the next question will show

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid or self._bwrap.pid, signal.SIGKILL)
        try:
            # bubblewrap ends when its pid 1 has; killed itself, it would leave that to nobody.
            self._bwrap.wait(self._policy.wall.teardown_wall_s)
        except subprocess.TimeoutExpired:
            self._bwrap.kill()
            self._bwrap.wait()


class WarmEnclosure:
    """A job's processes in a nest; an `Enclosure`.

    Args:
        inner: the pid of its pid 1 as the nest sees it.
        handle: a descriptor of the same process.
    """

    silence = "the nest's walled process ended and said nothing"

    def __init__(self, nest: Nest, inner: int, handle: int, patience_s: float, *, joined: bool) -> None:
        self.joined = joined
        self._nest = nest
        self._inner = inner
        self._used: Used | None = None
        self.lost = False
        self.pid = _pid_of(handle)
        self._pid_one = PidOne(self.pid, handle, patience_s)

    def kill(self) -> None:
        """Kill pid 1, and so all; returns before they are gone."""
        self._pid_one.kill()

    def bury(self) -> Used:
        """Kill all, wait until the last is gone; what they used."""
        if self._used is None:
            self.kill()
            self._pid_one.wait()
            self._pid_one.close()
            try:
                self._used = self._nest.reap(self._inner)
            except NestGone:
                self.lost, self._used = True, Used()
        return self._used


def _pid_of(handle: int) -> int:
    """The process's pid as the grader sees it; 0 when it has ended."""
    lines = Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines()
    return max(0, next(int(line.split()[1]) for line in lines if line.startswith("Pid:")))
