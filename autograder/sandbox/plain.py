"""The sandbox without walls: a learner's own code on their own machine, any operating system."""

from __future__ import annotations

import contextlib
import json
import math
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from autograder import ahead
from autograder.errors import GradingBroken
from autograder.outcome import Limit, Outcome
from autograder.sandbox import launcher
from autograder.sandbox.job import Address, Job, Service
from autograder.sandbox.process import Process
from autograder.sandbox.relay import Relay
from autograder.sandbox.servers import Servers
from autograder.sandbox.system import package_folders

__all__ = ["PlainSandbox"]

_RESTART_GRACE_S = 5.0
_TEARDOWN_WALL_S = 10.0
_LAST_WORDS_S = 0.05


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
        self._folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="course-")))
        self._closing = threading.RLock()
        self._changed = threading.Condition()
        self._outcome: Outcome | None = None
        self._control: socket.socket | None = None
        self._ports = [0] * (len(job.apps) or 1)
        self._entered = False
        self._lives = False
        self._started = False
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
        self._wait(lambda: all(self._ports), self._job.limits.start_wall_s)
        if not all(self._ports):
            raise GradingBroken(
                "The app's process did not say on which port it listens.",
                where="autograder/sandbox/launcher.py",
                remedy=f"Run the app by itself; it said: {self._process.output()[1][-400:] or 'nothing'}",
            )
        return tuple(Address(port=port) for port in self._ports)

    def wait_started(self) -> bool:
        """Wait until the app is served; false when it ended or ran out of time."""
        if (
            not self._wait(lambda: self._started, self._job.limits.start_wall_s)
            and self._process.code is None
        ):
            self._process.end(Limit.WALL)
        return self._started and self._process.code is None

    def wait_ended(self) -> None:
        """Wait until the process has ended, by itself or at a limit."""
        self._process.ended.wait(self._job.limits.wall_s + _TEARDOWN_WALL_S)

    def alive(self) -> bool:
        """Whether the process still runs; its connections end a moment before it does."""
        return not self._process.ended.wait(_LAST_WORDS_S)

    @property
    def left(self) -> Mapping[str, bytes]:
        """The result files as the process that the last restart ended had left them, by name."""
        return self._left

    def restart(self, environment: Mapping[str, str] | None = None) -> bool:
        """End the app and start it again in the same folder, on the same ports; as `wait_started`."""
        with self._closing:
            if self._outcome is not None or self._process.limit is not None:
                return False
            self._ask_to_end(_RESTART_GRACE_S)
            self._process.end()
            self._process.ended.wait(_TEARDOWN_WALL_S)
            self._earlier = [
                old + new for old, new in zip(self._earlier, self._process.output(), strict=True)
            ]
            self._left = launcher.read_results(str(self._folder), self._job.results)
            self._close_control()
            self._started = False
            self._process = self._start(environment)
        return self.wait_started()

    def stop(self, grace_s: float) -> Outcome:
        """Ask the app to shut down, wait up to ``grace_s``, then kill."""
        self._ask_to_end(grace_s)
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
            self._entered = self._started = True
            return self._process_of(self._command)
        token = secrets.token_hex(16)
        door = socket.create_server(("127.0.0.1", 0))
        order = {
            "grader_port": door.getsockname()[1],
            "token": token,
            "home": str(self._folder),
            "ports": self._ports,
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
        threading.Thread(target=self._hear, args=(process, door, token), daemon=True).start()
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

    def _hear(self, process: Process, door: socket.socket, token: str) -> None:
        """Accept the process's own connection and note what it says, until it ends."""
        with door:
            door.settimeout(0.1)
            while process.code is None:
                with contextlib.suppress(OSError):
                    link, _ = door.accept()
                    link.settimeout(None)
                    if self._listen(link, token):
                        break
        process.ended.wait()
        with self._changed:
            self._changed.notify_all()

    def _listen(self, link: socket.socket, token: str) -> bool:
        with link, link.makefile("rb") as lines:
            first = _parsed(lines.readline(4096))
            if first.get("token") != token:
                return False
            with self._changed:
                self._control, self._entered = link, True
                self._ports = [int(each) for each in first["ports"]]
                self._changed.notify_all()
            while line := lines.readline(4096):
                told = _parsed(line).get("is")
                with self._changed:
                    self._started = self._started or told == "started"
                    self._lives = self._lives or told == "alive"
                    self._changed.notify_all()
        return True

    def _ask_to_end(self, grace_s: float) -> None:
        with self._changed:
            control = self._control
        if control is not None:
            with contextlib.suppress(OSError):
                control.sendall(b"s")
            self._process.ended.wait(grace_s)

    def _let_it_end(self) -> None:
        """Wait a moment for a process that may be on its way out, unless it says that it is not."""
        with self._changed:
            self._lives = False
            if self._control is not None:
                with contextlib.suppress(OSError):
                    self._control.sendall(launcher.ALIVE)
        self._wait(lambda: self._lives, _LAST_WORDS_S)

    def _close_control(self) -> None:
        with self._changed:
            self._control = None

    def _wait(self, condition: Any, wall_s: float) -> bool:
        deadline = min(time.monotonic() + wall_s, math.inf)
        with self._changed:
            while not condition() and self._process.code is None and time.monotonic() < deadline:
                self._changed.wait(0.05)
            return bool(condition())

    def _time_up(self) -> None:
        self._process.end(Limit.WALL)

    def _tear_down(self) -> Outcome:
        self._wall.cancel()
        self._let_it_end()
        code = self._process.code
        self._process.end()
        if not self._process.ended.wait(_TEARDOWN_WALL_S):
            raise GradingBroken(
                "The app's process cannot be ended.", where="this machine", remedy="End it by hand."
            )
        for relay in self._relays:
            relay.close()
        written = zip(self._earlier, self._process.output(), strict=True)
        stdout, stderr = ((old + new).replace(f"{self._folder}{os.sep}", "") for old, new in written)
        results = launcher.read_results(str(self._folder), self._job.results)
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._process.limit is not None:
            code = None
        return Outcome(
            entered=self._entered,
            started=self._started,
            exit_code=code if code is not None and code >= 0 else None,
            signal=-code if code is not None and code < 0 else None,
            limit=self._process.limit,
            wall_s=time.monotonic() - self._began,
            stdout=stdout,
            stderr=stderr,
            results=results,
            failure=None if self._entered else stderr[-2000:] or "Python ended before our launcher ran.",
        )


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
