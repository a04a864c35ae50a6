"""One bubblewrap and all processes inside: how they begin, and that the last of them is gone."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
from collections.abc import Callable, Sequence

from autograder.errors import GradingBroken

__all__ = ["Enclosure", "Spawn"]

Spawn = Callable[[Callable[[], subprocess.Popen[bytes]]], "subprocess.Popen[bytes]"]
"""Runs a function in a thread that lives as long as the sandbox: the kernel ends a box together
with the thread that started it, not only with the process."""


class Enclosure:
    """A running bubblewrap.

    Args:
        bwrap: the binary.
        program: the system-call filter.
        command: bubblewrap's arguments and, behind them, the launcher's.
        errors: the descriptor that bubblewrap and our launcher write to.
        control: the launcher's end of its socket.
        patience_s: how long a killed process may take to be gone.

    Attributes:
        pid: the box's pid 1 as the grader sees it; 0 when bubblewrap failed before there was one.
    """

    def __init__(
        self,
        spawn: Spawn,
        bwrap: str,
        program: bytes,
        command: Sequence[str],
        *,
        errors: int,
        control: int,
        patience_s: float,
    ) -> None:
        self.pid = 0
        self._pid_one = -1
        self._patience_s = patience_s
        self._usage: resource.struct_rusage | None = None
        loads, told, tells = os.memfd_create("filter"), *os.pipe()
        try:
            os.write(loads, program)
            os.lseek(loads, 0, os.SEEK_SET)
            ours = [bwrap, "--info-fd", str(tells), "--seccomp", str(loads)]
            self._bwrap = spawn(
                lambda: subprocess.Popen(  # noqa: S603 - a wall, and a learner's code behind it
                    [*ours, *command, str(control)],
                    env={},
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    pass_fds=(loads, tells, control),
                )
            )
            os.close(tells)
            tells = -1
            self._find_pid(told)
        except OSError as error:
            raise GradingBroken(
                f"bubblewrap cannot be started: {error}",
                where=bwrap,
                remedy="Run `course dev sandbox` to see what this machine offers.",
            ) from error
        finally:
            for each in (loads, told, tells):
                if each >= 0:
                    os.close(each)

    @property
    def code(self) -> int | None:
        """The exit code of bubblewrap itself, once buried."""
        return self._bwrap.returncode

    def kill(self) -> None:
        """Kill pid 1, and so all; returns before they are gone."""
        if self._usage is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            if self.pid:
                signal.pidfd_send_signal(self._pid_one, signal.SIGKILL)
            else:
                # Popen.kill would reap a dead one, and what it used would be lost.
                os.kill(self._bwrap.pid, signal.SIGKILL)

    def bury(self) -> resource.struct_rusage:
        """Kill all, wait until the last is gone; what they used, as the kernel counted it.

        Raises:
            GradingBroken: the kernel did not end them in time.
        """
        if self._usage is not None:
            return self._usage
        self.kill()
        outer = os.pidfd_open(self._bwrap.pid)
        try:
            # Pid 1 of a namespace is gone after everybody else in it.
            for each in (self._pid_one, outer):
                if each >= 0:
                    self._await(each)
            _, status, usage = os.wait4(self._bwrap.pid, 0)
        finally:
            os.close(outer)
        self._bwrap.returncode = os.waitstatus_to_exitcode(status)
        self._usage = usage
        if self._pid_one >= 0:
            os.close(self._pid_one)
        return usage

    def _find_pid(self, told: int) -> None:
        text = b""
        while block := os.read(told, 4096):
            text += block
        if text.strip():
            pid = int(json.loads(text)["child-pid"])
            with contextlib.suppress(ProcessLookupError):
                self._pid_one = os.pidfd_open(pid)
                self.pid = pid

    def _await(self, process: int) -> None:
        poll = select.poll()
        poll.register(process, select.POLLIN)
        if not poll.poll(self._patience_s * 1000):
            raise GradingBroken(
                f"A killed submission still ran after {self._patience_s:g} seconds.",
                where=f"process {self.pid or self._bwrap.pid}",
                remedy="Look at the machine: the kernel cannot end the process.",
            )
