"""The sandbox without walls: a learner's own code on their own machine, any operating system."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Literal, Self

from autograder import ahead
from autograder.errors import GradingBroken
from autograder.outcome import Limit, Outcome
from autograder.sandbox import launcher
from autograder.sandbox.job import Address, Job, Service
from autograder.sandbox.oom import RECORD
from autograder.sandbox.plain_link import LAST_WORDS_S, Door, PlainLink
from autograder.sandbox.process import Process
from autograder.sandbox.relay import Relay
from autograder.sandbox.servers import Servers
from autograder.sandbox.system import package_folders
from autograder.scratch import scratch_folder

__all__ = ["PlainSandbox"]

_RESTART_GRACE_S = 5.0
_TEARDOWN_WALL_S = 10.0


class PlainSandbox:
    """Runs each job as an ordinary process in a temporary copy of its files.

    The limits on wall time and output hold; those on memory, CPU time, processes and files do not.
    """

    name = "plain"
    walls = False

    def __init__(self) -> None:
        self._servers = Servers()

    def check_available(self) -> None:
        """Nothing is needed that Python does not bring."""

    def prepare(self, protocol: Literal["wsgi", "asgi"], libraries: tuple[str, ...] = ()) -> None:
        """Whoever grades many at once has no process to spare; see `keep_ready`."""

    def keep_ready(self, protocol: Literal["wsgi", "asgi"], modules: Sequence[str]) -> None:
        """Have processes wait for the next app of this protocol, with its server and these modules imported.

        Each serves one app, once, as any other process does. Call `close` in the end.
        """
        self._servers.keep_ready(protocol, modules)

    def close(self) -> None:
        """End the processes that wait; can be called again."""
        self._servers.close()

    def serve(self, job: Job) -> Service:
        """Start serving an app; returns at once. Raises GradingBroken when it cannot be started."""
        return _Running(job, self._servers)

    def run(self, job: Job) -> Outcome:
        """Run ``job.command`` to its end or to a limit."""
        with _Running(job, self._servers) as running:
            running.wait_ended()
            return running.kill()


class _Running:
    """A job in a process without walls; a `Service` when it serves."""

    def __init__(self, job: Job, servers: Servers) -> None:
        self._job = job
        self._servers = servers
        self._began = time.monotonic()
        self._kills_before = RECORD.recent()
        self._folder = scratch_folder("plain")
        self._closing = threading.RLock()
        self._outcome: Outcome | None = None
        self._link = PlainLink(len(job.apps) or 1)
        self._relays: list[Relay] = []
        self._earlier = ["", ""]
        self._left: Mapping[str, bytes] = {}
        launcher.copy_tree(str(job.files), str(self._folder))
        self._environment = self._own_environment()
        self._wall = threading.Timer(job.limits.wall_s, self._time_up)
        self._wall.daemon = True
        self._wall.start()
        self._process = self._start()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The loopback ports; waits until they are known."""
        if not self._link.wait(lambda: all(self._link.ports), self._process, self._job.limits.start_wall_s):
            raise GradingBroken(
                "The app's process did not say on which port it listens.",
                where="autograder/sandbox/launcher.py",
                remedy=f"Run the app by itself; it said: {self._process.output()[1][-400:] or 'nothing'}",
            )
        return tuple(Address(port=port) for port in self._link.ports)

    def wait_started(self) -> bool:
        """Wait until the app is served; false when it ended or ran out of time."""
        link, process = self._link, self._process
        if (
            not link.wait(lambda: link.started, process, self._job.limits.start_wall_s)
            and process.code is None
        ):
            process.end(Limit.WALL)
        return link.started and process.code is None

    def wait_ended(self) -> None:
        """Wait until the process has ended, by itself or at a limit."""
        self._process.ended.wait(self._job.limits.wall_s + _TEARDOWN_WALL_S)

    def alive(self) -> bool:
        """Whether the process still runs; its connections end a moment before it does."""
        return not self._process.ended.wait(LAST_WORDS_S)

    @property
    def left(self) -> Mapping[str, bytes]:
        """The result files as the process that the last restart ended had left them, by name."""
        return self._left

    def restart(self, environment: Mapping[str, str] | None = None) -> bool:
        """End the app and start it again in the same folder, on the same ports; as `wait_started`."""
        with self._closing:
            if self._outcome is not None or self._process.limit is not None:
                return False
            self._link.ask_to_end(self._process, _RESTART_GRACE_S)
            self._process.end()
            self._process.ended.wait(_TEARDOWN_WALL_S)
            self._earlier = [
                old + new for old, new in zip(self._earlier, self._process.output(), strict=True)
            ]
            self._left = launcher.read_results(str(self._folder), self._job.results)
            self._link.hang_up()
            self._process = self._start(environment)
        return self.wait_started()

    def stop(self, grace_s: float) -> Outcome:
        """Ask the app to shut down, wait up to ``grace_s``, then kill."""
        self._link.ask_to_end(self._process, grace_s)
        return self.kill()

    def kill(self) -> Outcome:
        """End the process and everything of its session; can be called again."""
        with self._closing:
            if self._outcome is None:
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

    def _own_environment(self) -> dict[str, str]:
        fixed = {**ahead.plain_environment(), "HOME": str(self._folder)}
        if os.name == "nt":
            fixed["USERPROFILE"] = str(self._folder)
        ports = {
            launcher.backend_variable(name): self._backend(to) for name, to in self._job.backends.items()
        }
        return launcher.with_ports({**fixed, **self._job.environment}, ports)

    def _backend(self, target: Address) -> str:
        """The backend's own port, or that of a relay to its socket."""
        if target.path is None:
            return str(target.port)
        listener = socket.create_server(("127.0.0.1", 0))
        self._relays.append(Relay(listener, target))
        return str(listener.getsockname()[1])

    def _start(self, extra: Mapping[str, str] | None = None) -> Process:
        if self._job.command:
            self._link.entered = self._link.started = True
            return self._process_of(self._command)
        door = Door.open()
        order = {
            "grader_port": door.port,
            "token": door.token,
            "home": str(self._folder),
            "ports": self._link.ports,
            "protocol": self._job.protocol,
            "module": self._job.module,
            "apps": self._job.apps,
            "command": (),
            "libraries": self._job.libraries,
            "environment": {**self._environment, **(extra or {})},
            "site": package_folders(),
            "rlimits": {},
        }
        process = self._process_of(self._server, json.dumps(order).encode() + b"\n")
        self._link.hear(process, door)
        return process

    def _process_of(self, start: Callable[[], subprocess.Popen[bytes]], first_line: bytes = b"") -> Process:
        try:
            child = start()
        except OSError as error:
            raise GradingBroken(
                f"Python cannot be started: {error}", where=sys.executable, remedy="Repair the environment."
            ) from error
        return Process(child, output_bytes=self._job.limits.output_bytes, first_line=first_line)

    def _server(self) -> subprocess.Popen[bytes]:
        waiting = self._servers.take(self._job.protocol, self._folder)
        return waiting or ahead.new_server(folder=self._folder, environment=self._environment)

    def _command(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - running the learner's code is what this is for
            [sys.executable, "-u", *self._job.command],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def _time_up(self) -> None:
        self._process.end(Limit.WALL)

    def _tear_down(self) -> Outcome:
        self._wall.cancel()
        self._link.let_it_end(self._process)
        code = self._process.code
        self._process.end()
        if not self._process.ended.wait(_TEARDOWN_WALL_S):
            raise GradingBroken(
                "The app's process cannot be ended.", where="this machine", remedy="End it by hand."
            )
        self._link.heard_out()
        for relay in self._relays:
            relay.close()
        written = zip(self._earlier, self._process.output(), strict=True)
        stdout, stderr = ((old + new).replace(f"{self._folder}{os.sep}", "") for old, new in written)
        results = launcher.read_results(str(self._folder), self._job.results)
        shutil.rmtree(self._folder, ignore_errors=True)
        if faults := [relay.fault for relay in self._relays if relay.fault is not None]:
            raise GradingBroken(
                f"The app could not be let through to a backend: {faults[0]}",
                where="this machine",
                remedy="Free open files or memory, then grade again.",
            )
        if self._process.limit is not None:
            code = None
        return Outcome(
            entered=self._link.entered,
            started=self._link.started,
            exit_code=code if code is not None and code >= 0 else None,
            signal=-code if code is not None and code < 0 else None,
            limit=self._process.limit,
            wall_s=time.monotonic() - self._began,
            memory_ran_out=RECORD.now() > self._kills_before,
            stdout=stdout,
            stderr=stderr,
            results=results,
            failure=None if self._link.entered else stderr[-2000:] or "Python ended before our launcher ran.",
        )
