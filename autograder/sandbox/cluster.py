"""The PostgreSQL cluster of one run: started from a copy, behind a wall, measured, and gone with the run."""

from __future__ import annotations

import contextlib
import re
import signal
import struct
import threading
import time

from autograder.outcome import Limit
from autograder.sandbox.cluster_home import Held, Home, broken, words_of
from autograder.sandbox.job import Address
from autograder.sandbox.meter import Meter
from autograder.sandbox.policy import DatabasePolicy
from autograder.sandbox.postgres import DATABASE, ROLE, SOCKET
from autograder.sandbox.relay import connect
from autograder.sandbox.watchdog import Watchdog

__all__ = ["Cluster"]

_LOOK_S = 0.01
_ANSWER_WALL_S = 5.0
_PROTOCOL = 196_608
_MIB = 1 << 20
# Each line begins with the kind of process that writes it; a session is a "client backend", and the later
# lines of its message begin with a tab.
_CHILD_KILLED = re.compile(rb"^postmaster LOG:  .{0,200} was terminated by signal 9", re.MULTILINE)


class Cluster:
    """A running server. Its app can use up nothing but this.

    Args:
        held: its processes.
        home: removed in the end.
        meter: what measures it behind a wall, where its disk is its own.
        watchdog: what calls `measure` there.
    """

    def __init__(
        self, held: Held, home: Home, policy: DatabasePolicy, meter: Meter | None, watchdog: Watchdog | None
    ) -> None:
        self._held = held
        self._home = home
        self._policy = policy
        self._meter = meter
        self._watchdog = watchdog
        self._log = b""
        self._limit: Limit | None = None
        self._fault: Exception | None = None
        self._by_itself = False
        self._closed = False
        self._lock = threading.RLock()

    @property
    def address(self) -> Address:
        """Where it answers."""
        return Address(path=str(self._home.folder / "sock" / SOCKET))

    def wait_ready(self) -> None:
        """Wait until it takes connections; from then on it is measured.

        Raises:
            GradingBroken: it does not come up.
        """
        end = time.monotonic() + self._policy.start_wall_s
        while not _answers(self.address):
            if self._held.gone or time.monotonic() > end:
                raise broken(f"PostgreSQL did not come up: {self._home.last_words()}")
            time.sleep(_LOOK_S)
        if self._watchdog is not None:
            self._watchdog.watch(self)

    def measure(self, _now: float) -> None:
        """Compare what it uses with its limits, and end it at one; called by the watchdog."""
        if self._meter is None or self._limit is not None or self._held.gone:
            return
        try:
            self._limit = self._meter.look(self._held.pid)
        except Exception as error:  # noqa: BLE001 - raised again by end; the watchdog is everybody's
            self._fault = error
        if self._limit is not None or self._fault is not None:
            self._held.kill()

    def end(self) -> str | None:
        """End it, when its app is gone; why it had ended before, where that was the app's doing.

        Raises:
            GradingBroken: it had ended through no doing of the app's.
        """
        self.close()
        if self._fault is not None:
            raise broken(f"PostgreSQL was lost track of: {self._fault!r}") from self._fault
        if self._limit is not None:
            return self._beyond(self._limit)
        by_others = self._meter is None or _was_killed(self._held.code)
        if _CHILD_KILLED.search(self._log) or (self._by_itself and by_others):
            raise broken(f"PostgreSQL ended in the middle of a submission: {words_of(self._log)}")
        if not self._by_itself:
            return None
        return f"ended by itself, as it does when its disk ({self._policy.data_bytes / _MIB:.0f} MiB) is full"

    def close(self) -> None:
        """End every process of it and remove what it kept; can be called again."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._watchdog is not None:
                # First of all: a pid may be somebody else's as soon as its process is gone.
                self._watchdog.forget(self)
            self._by_itself = self._held.gone and self._limit is None
            try:
                self._held.bury()
            finally:
                self._log = self._home.log()
                self._home.close()

    def _beyond(self, limit: Limit) -> str:
        return {
            Limit.CPU: f"used more than {self._policy.cpu_s:g} seconds of CPU time",
            Limit.MEMORY: f"used more than {self._policy.memory_bytes / _MIB:.0f} MiB of memory",
        }.get(limit, f"went beyond its limit of {limit}")


def _was_killed(code: int | None) -> bool:
    """Whether a signal of somebody else's ended the server, or the bubblewrap around it."""
    return code is None or code < 0 or code == 128 + signal.SIGKILL


def _answers(address: Address) -> bool:
    """Whether the server asks for a password; while it starts up it answers with an error."""
    names = f"user\0{ROLE}\0database\0{DATABASE}\0\0".encode()
    try:
        with contextlib.closing(connect(address)) as link:
            link.settimeout(_ANSWER_WALL_S)
            link.sendall(struct.pack("!ii", 8 + len(names), _PROTOCOL) + names)
            return link.recv(1) == b"R"
    except OSError:
        return False
