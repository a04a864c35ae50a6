"""One job behind the wall: its bubblewrap, what it told, and how it ends."""

from __future__ import annotations

import base64
import contextlib
import json
import math
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.errors import GradingBroken
from autograder.outcome import Limit, Outcome
from autograder.sandbox import launcher
from autograder.sandbox.job import Address, Job
from autograder.sandbox.mounts import System, box_arguments, write_etc
from autograder.sandbox.policy import Policy
from autograder.sandbox.relay import Relay
from autograder.sandbox.seccomp import filter_program
from autograder.sandbox.stream import Stream
from autograder.sandbox.uids import lease_uid
from autograder.sandbox.watchdog import Watchdog, usage_of

__all__ = ["Box", "Wall"]

_FIXED = {"PATH": "/usr/bin:/bin", "HOME": launcher.HOME, "LANG": "C.UTF-8"}
_PONG_WALL_S = 1.0
_LINE_SLACK = 1_048_576
_MARGIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Wall:
    """What all boxes of one sandbox share.

    Attributes:
        bwrap: the binary.
        spawn: runs a function in a thread that lives as long as the sandbox: the kernel ends a
            box together with the thread that started it.
    """

    bwrap: str
    system: System
    policy: Policy
    watchdog: Watchdog
    spawn: Callable[[Callable[[], subprocess.Popen[bytes]]], subprocess.Popen[bytes]]


@dataclass(slots=True)
class _Seen:
    """What the box told so far, and what was measured of it."""

    entered: bool = False
    started: bool = False
    ended: int | None = None
    gone: bool = False
    pongs: int = 0
    limit: Limit | None = None
    cpu_s: float = 0.0
    memory_bytes: int = 0
    results: Mapping[str, bytes] | None = None


class Box:
    """A running job; a `Service` when it serves. Made by `BubblewrapSandbox`."""

    def __init__(self, job: Job, wall: Wall) -> None:
        self._job = job
        self._wall = wall
        self._seen = _Seen()
        self._changed = threading.Condition()
        self._closing = threading.RLock()
        self._outcome: Outcome | None = None
        self._fault: Exception | None = None
        self._pings = 0
        self._pid = 0
        self._began = time.monotonic()
        self._start_by = math.inf
        self._relays: list[Relay] = []
        self._rusage: resource.struct_rusage | None = None
        self._unread = bytearray()
        self._files: list[int] = []
        with contextlib.ExitStack() as stack:
            self._open(stack)
            self._stack = stack.pop_all()
        self._start()

    # ── What others may ask ─────────────────────────────────────────────────────────────────────────

    @property
    def address(self) -> Address:
        """The unix socket; its path stays the same over restarts."""
        return Address(path=str(self._folder / "app"))

    def wait_started(self) -> bool:
        """Wait until the app is served; false when it ended or ran out of time."""
        self._wait(lambda: self._seen.started or self._over(), self._job.limits.start_wall_s + _MARGIN_S)
        return self._seen.started and not self._over()

    def wait_ended(self) -> None:
        """Wait until the app's process has ended, by itself or at a limit."""
        self._wait(self._over, self._job.limits.wall_s + _MARGIN_S)

    def alive(self) -> bool:
        """Whether the submission's process still runs."""
        self._ping()
        return not self._over()

    def restart(self) -> bool:
        """End the app and start it again in the same working directory; as `wait_started`."""
        grace_s = self._wall.policy.wall.restart_grace_s
        if not self._over():
            self._send({"do": "stop"})
            if not self._wait(self._over, grace_s):
                self._send({"do": "kill"})
                self._wait(self._over, self._wall.policy.wall.teardown_wall_s)
        if self._seen.gone or self._seen.limit is not None or self._outcome is not None:
            return False
        self._seen.started, self._seen.ended = False, None
        self._start()
        return self.wait_started()

    def stop(self, grace_s: float) -> Outcome:
        """Ask the app to shut down, wait up to ``grace_s``, then kill."""
        self._send({"do": "stop"})
        self._wait(self._over, grace_s)
        return self.kill()

    def kill(self) -> Outcome:
        """End every process of the job and wait until the last one is gone.

        Raises:
            GradingBroken: the kernel did not end them in time.
        """
        with self._closing:
            if self._outcome is None:
                self._ping()
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
        seen, limits = self._seen, self._job.limits
        if not self._pid or self._over() or self._fault is not None:
            return
        usage = usage_of(self._pid)
        seen.cpu_s = max(seen.cpu_s, usage.cpu_s)
        seen.memory_bytes = max(seen.memory_bytes, usage.memory_bytes)
        if usage.tasks > limits.processes + 1:  # and pid 1
            self._end(Limit.PROCESSES)
        elif usage.memory_bytes > limits.memory_bytes:
            self._end(Limit.MEMORY)
        elif seen.cpu_s > limits.cpu_s:
            self._end(Limit.CPU)
        elif now - self._began > limits.wall_s or (now > self._start_by and not seen.started):
            self._end(Limit.WALL)

    def _safely(self, call: Callable[[], None]) -> Callable[[], None]:
        """A mistake of ours over one job ends that job, as broken, and not the watchdog of all."""

        def guarded() -> None:
            try:
                call()
            except Exception as error:  # noqa: BLE001 - raised again by kill
                self._fault = error
                self._signal_pid_one()

        return guarded

    def _hear(self) -> None:
        """Take in what pid 1 has sent."""
        try:
            data, files, _, _ = socket.recv_fds(self._control, 65536, 16, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            data, files = b"", []
        self._files += files
        if not data:  # the watchdog's lock is never asked for under ours
            self._wall.watchdog.unread(self._control.fileno())
        with self._changed:
            self._seen.gone = self._seen.gone or not data
            self._unread += data
            if b"\n" in data:
                *lines, self._unread = self._unread.split(b"\n")
                for line in lines:
                    self._note(json.loads(line))
            self._changed.notify_all()
        if len(self._unread) > _LINE_SLACK + 2 * sum(self._job.results.values()):
            self._end(Limit.OUTPUT)

    def _note(self, line: dict[str, Any]) -> None:
        match line["is"]:
            case "entered":
                self._seen.entered = True
            case "listening":
                targets = (self._job.backends[name] for name in line["backends"])
                listeners = [socket.socket(fileno=each) for each in self._files]
                self._files = []
                self._relays = [Relay(*pair) for pair in zip(listeners, targets, strict=True)]
            case "started":
                self._seen.started = True
            case "pong":
                self._seen.pongs += 1
            case "exited":
                self._seen.ended = line["code"]
                found = {name: base64.b64decode(text) for name, text in line["results"].items()}
                self._seen.results = found
                if line["code"] == -signal.SIGXCPU:
                    self._seen.limit = Limit.CPU
            case "over":
                self._end(Limit(line["limit"]))

    def _overflow(self) -> None:
        if self._output.total > self._job.limits.output_bytes:
            self._end(Limit.OUTPUT)

    # ── How it begins ───────────────────────────────────────────────────────────────────────────────

    def _open(self, stack: contextlib.ExitStack) -> None:
        wall, limits = self._wall, self._job.limits
        self._folder = Path(tempfile.mkdtemp(prefix="course-", dir=_short_folder()))
        stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        uid = wall.policy.wall.uid_first
        files = self._job.files
        if wall.system.setpriv:
            uid = stack.enter_context(
                contextlib.closing(lease_uid(wall.policy.wall.uid_first, wall.policy.wall.uid_count))
            ).uid
            files = _readable_copy(files, self._folder / "files")
        etc = write_etc(self._folder / "etc", uid)
        self._control, theirs = socket.socketpair()
        stack.callback(self._control.close)
        self._output = Stream(wall.watchdog, 2, limits.output_bytes, self._safely(self._overflow))
        stack.callback(self._output.close)
        self._errors = Stream(wall.watchdog, 1, 65536, lambda: None)
        stack.callback(self._errors.close)
        arguments = box_arguments(wall.system, wall.policy.wall, limits, uid, files, etc)
        with theirs:
            self._launch(arguments, theirs.fileno(), stack)
        wall.watchdog.read(self._control.fileno(), self._safely(self._hear))
        stack.callback(wall.watchdog.unread, self._control.fileno())
        wall.watchdog.watch(self)
        stack.callback(wall.watchdog.forget, self)

    def _launch(self, arguments: list[str], control: int, stack: contextlib.ExitStack) -> None:
        program = filter_program(self._wall.policy.wall.denied_calls)
        loads, told, tells = os.memfd_create("filter"), *os.pipe()
        try:
            os.write(loads, program)
            os.lseek(loads, 0, os.SEEK_SET)
            command = [self._wall.bwrap, "--info-fd", str(tells), "--seccomp", str(loads), *arguments]
            self._bwrap = self._wall.spawn(
                lambda: subprocess.Popen(  # noqa: S603 - a wall, and a learner's code behind it
                    [*command, str(control)],
                    env={},
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors.writers[0],
                    pass_fds=(loads, tells, control),
                )
            )
            os.close(tells)
            tells = -1
            self._find_pid(told, stack)
            stack.callback(self._bury)
        except OSError as error:
            raise GradingBroken(
                f"bubblewrap cannot be started: {error}",
                where=self._wall.bwrap,
                remedy="Run `course dev sandbox` to see what this machine offers.",
            ) from error
        finally:
            for each in (loads, told, tells):
                if each >= 0:
                    os.close(each)

    def _find_pid(self, told: int, stack: contextlib.ExitStack) -> None:
        """Learn from bubblewrap which process is the box's pid 1; nothing when it failed before."""
        text = b""
        while block := os.read(told, 4096):
            text += block
        if text.strip():
            pid = int(json.loads(text)["child-pid"])
            with contextlib.suppress(ProcessLookupError):
                self._pid_one = os.pidfd_open(pid)
                stack.callback(os.close, self._pid_one)
                self._pid = pid

    def _start(self) -> None:
        listener = self._listen() if not self._job.command else None
        self._start_by = time.monotonic() + self._job.limits.start_wall_s
        files = [*self._output.writers, *([listener.fileno()] if listener else [])]
        self._send(self._order(), files)
        if listener is not None:
            # The box holds the only one: when the app is gone, connections are refused.
            listener.close()

    def _listen(self) -> socket.socket:
        path = self._folder / "app"
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        listener.listen(128)
        return listener

    def _order(self) -> dict[str, object]:
        job, wall = self._job, self._wall.policy.wall
        return {
            "do": "start",
            "protocol": job.protocol,
            "module": job.module,
            "command": job.command,
            "libraries": job.libraries,
            "environment": {**_FIXED, **job.environment},
            "backends": list(job.backends),
            "results": dict(job.results),
            "site": [inside for _, inside in self._wall.system.sites],
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

    def _send(self, order: dict[str, object], files: list[int] | None = None) -> None:
        line = json.dumps(order).encode() + b"\n"
        with contextlib.suppress(OSError):  # a box that is gone says so by itself
            sent = socket.send_fds(self._control, [line], files or [])
            self._control.sendall(line[sent:])

    # ── How it ends ─────────────────────────────────────────────────────────────────────────────────

    def _over(self) -> bool:
        return self._seen.ended is not None or self._seen.gone or self._seen.limit is not None

    def _wait(self, condition: Callable[[], bool], wall_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(condition, wall_s)

    def _ping(self) -> None:
        """Have pid 1 look whether the app is dead, and wait until it has said so."""
        if not self._seen.entered or self._over():
            return
        self._pings += 1
        self._send({"do": "ping"})
        self._wait(lambda: self._seen.pongs >= self._pings or self._over(), _PONG_WALL_S)

    def _end(self, limit: Limit) -> None:
        """End the box at a limit; the first one counts."""
        with self._changed:
            if self._seen.limit is None and self._seen.ended is None:
                self._seen.limit = limit
            self._changed.notify_all()
        self._signal_pid_one()

    def _signal_pid_one(self) -> None:
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pid_one, signal.SIGKILL)
        else:
            os.kill(self._bwrap.pid, signal.SIGKILL)  # Popen.kill would reap it, and its usage be lost

    def _tear_down(self) -> Outcome:
        began = self._began
        self._wall.watchdog.forget(self)
        usage = self._bury()
        for relay in self._relays:
            relay.close()
        self._wall.watchdog.unread(self._control.fileno())
        hear = self._safely(self._hear)
        while not self._seen.gone and self._fault is None:
            hear()
        stdout, stderr = (self._readable(text) for text in self._output.rest())
        failure = None if self._seen.entered else self._failure()
        self._stack.close()
        if self._fault is not None:
            raise GradingBroken(
                f"The sandbox lost track of a submission: {self._fault!r}",
                where="autograder/sandbox/box.py",
                remedy="Grade it again, and report this.",
            ) from self._fault
        seen = self._seen
        code = None if seen.limit is not None else seen.ended
        return Outcome(
            entered=seen.entered,
            started=seen.started,
            exit_code=code if code is not None and code >= 0 else None,
            signal=-code if code is not None and code < 0 else None,
            limit=seen.limit,
            wall_s=time.monotonic() - began,
            cpu_s=max(seen.cpu_s, usage.ru_utime + usage.ru_stime),
            peak_memory_bytes=max(seen.memory_bytes, usage.ru_maxrss * 1024),
            stdout=stdout,
            stderr=stderr,
            results=seen.results or {},
            failure=failure,
        )

    def _bury(self) -> resource.struct_rusage:
        """Kill the box, wait until its pid 1 is gone, and so all of its processes."""
        if self._rusage is not None:
            return self._rusage
        self._signal_pid_one()
        patience = self._wall.policy.wall.teardown_wall_s
        outer = os.pidfd_open(self._bwrap.pid)
        watched = [outer, *([self._pid_one] if self._pid else [])]
        for each in watched:
            poll = select.poll()
            poll.register(each, select.POLLIN)
            if not poll.poll(patience * 1000):
                raise GradingBroken(
                    f"A killed submission still ran after {patience:g} seconds.",
                    where=f"process {self._pid or self._bwrap.pid}",
                    remedy="Look at the machine: the kernel cannot end the process.",
                )
        _, status, self._rusage = os.wait4(self._bwrap.pid, 0)
        self._bwrap.returncode = os.waitstatus_to_exitcode(status)
        os.close(outer)
        return self._rusage

    def _failure(self) -> str:
        said = self._errors.rest()[0].decode("utf-8", "replace").strip()
        return said or f"bubblewrap ended with code {self._bwrap.returncode} and said nothing"

    def _readable(self, text: bytes) -> str:
        """Decode what the app wrote, with the paths shortened as the learner knows them."""
        shown = text.decode("utf-8", "replace")
        for _, inside in self._wall.system.sites:
            shown = shown.replace(inside + "/", "")
        return shown.replace(launcher.HOME + "/", "")


def _readable_copy(files: Path, target: Path) -> Path:
    """Copy the submission so that the job's own uid, which is not root, can read it."""
    target.mkdir()
    launcher.copy_tree(str(files), str(target))
    for each in (target, *target.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)
    return target


def _short_folder() -> str | None:
    """A unix socket's path has at most 107 bytes; a long TMPDIR leaves no room."""
    return None if len(tempfile.gettempdir()) < 60 else "/tmp"  # noqa: PLR2004, S108 - made by mkdtemp
