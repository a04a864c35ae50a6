"""A box of one's own for a job: one bubblewrap, one fresh Python."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from autograder.sandbox.bwrap import Bubblewrap
from autograder.sandbox.enclosure import PidOne, Request, Used
from autograder.sandbox.mounts import box_arguments, write_etc
from autograder.sandbox.order import wall_order
from autograder.sandbox.policy import WallPolicy
from autograder.sandbox.system import System

__all__ = ["ColdEnclosure", "cold_enclosure"]


class ColdEnclosure:
    """A running bubblewrap and all processes inside; an `Enclosure`.

    Args:
        arguments: of bubblewrap, the command inside included.
        errors: the descriptor that is standard error, for it and for what it starts.
        keep: the descriptors that it inherits.
        feed: the descriptor that is standard input.
        patience_s: how long a killed one may take to be gone.
    """

    lost = False
    joined = False

    def __init__(
        self,
        bubblewrap: Bubblewrap,
        arguments: Sequence[str],
        *,
        errors: int,
        keep: Sequence[int] = (),
        feed: int = subprocess.DEVNULL,
        patience_s: float,
    ) -> None:
        self._used: Used | None = None
        self._bwrap, pid = bubblewrap.start(arguments, errors=errors, keep=keep, feed=feed)
        handle = -1
        with contextlib.suppress(ProcessLookupError):
            handle = os.pidfd_open(pid) if pid else -1
        self.pid = pid if handle >= 0 else 0
        self._pid_one = PidOne(pid, handle, patience_s)
        self._outer = PidOne(self._bwrap.pid, os.pidfd_open(self._bwrap.pid), patience_s)

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        return self._used is not None or self._outer.gone

    @property
    def code(self) -> int | None:
        """How bubblewrap ended, once buried; 128 and a signal's number where one ended the first process."""
        return self._bwrap.returncode

    @property
    def silence(self) -> str:
        """How bubblewrap itself ended."""
        return f"bubblewrap ended with code {self._bwrap.returncode} and said nothing"

    def kill(self) -> None:
        """Kill pid 1, and so all; returns before they are gone."""
        if self._used is not None:
            return
        if self.pid:
            self._pid_one.kill()
        else:
            # Popen.kill would reap a dead one, and what it used would be lost.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._bwrap.pid, signal.SIGKILL)

    def bury(self) -> Used:
        """Kill all, wait until the last is gone; what they used."""
        if self._used is None:
            self.kill()
            if self.pid:
                self._pid_one.wait()
            self._outer.wait()
            _, status, usage = os.wait4(self._bwrap.pid, 0)
            self._bwrap.returncode = os.waitstatus_to_exitcode(status)
            self._used = Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
            self._pid_one.close()
            self._outer.close()
        return self._used


def cold_enclosure(
    bubblewrap: Bubblewrap, system: System, policy: WallPolicy, request: Request
) -> ColdEnclosure:
    """A job's own. Raises GradingBroken."""
    etc = write_etc(request.folder / "etc", policy.uid_first)
    order = _in_memory(wall_order(system, policy, request.job.limits, request.uid))
    try:
        return ColdEnclosure(
            bubblewrap,
            [*box_arguments(system, policy, etc, "box"), str(request.control), str(order)],
            errors=request.errors,
            keep=(order, request.control),
            patience_s=policy.teardown_wall_s,
        )
    finally:
        os.close(order)


def _in_memory(order: Mapping[str, object]) -> int:
    """The order as a descriptor that the launcher reads; the caller closes it."""
    told = os.memfd_create("order")
    os.write(told, json.dumps(order).encode())
    os.lseek(told, 0, os.SEEK_SET)
    return told
