"""How clusters are started: an empty one is made once a process, and every run gets a copy of it."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import os
import secrets
import threading
import time
from pathlib import Path

from autograder.sandbox.cluster import Cluster
from autograder.sandbox.cluster_ground import OpenGround, WalledGround
from autograder.sandbox.cluster_home import Home, broken
from autograder.sandbox.job import Limits
from autograder.sandbox.meter import Meter
from autograder.sandbox.policy import DatabasePolicy, Policy
from autograder.sandbox.postgres import first_statements, found_programs, own_statements, settings
from autograder.sandbox.watchdog import Watchdog

__all__ = ["Clusters", "open_clusters"]

_LOOK_S = 0.02
_LAST_WORDS = 400
_TASKS_EACH = 4
"""Sessions that are refused are processes, too, for a moment."""
_DESCRIPTORS_EACH = 128
_MAKE = """
set -eu
umask 077
"$1/initdb" -D "$2/cluster" -U grader -E UTF8 --locale=C -A trust --no-sync --wal-segsize=1 >&2
printf '%s' "$3" | "$1/postgres" --single -F -D "$2/cluster" postgres >&2
printf '%s' "$4" | "$1/postgres" --single -F -D "$2/cluster" bank >&2
printf '%s' "$5" >>"$2/cluster/postgresql.conf"
printf '%s' "$6" >"$2/cluster/pg_hba.conf"
chmod -R a+rX "$2"
"""

_opening = threading.Lock()
_opened: dict[tuple[int, bool, DatabasePolicy], Clusters] = {}


class Clusters:
    """Starts clusters, for one process.

    Attributes:
        password: of the role in all of them. A submission reaches no cluster but its own.

    Raises:
        GradingBroken: PostgreSQL is not installed.
    """

    def __init__(self, policy: Policy, *, walls: bool) -> None:
        programs = found_programs()
        self.password = secrets.token_hex(16)
        self._policy = policy
        self._ground = WalledGround(policy, programs) if walls else OpenGround(policy, programs)
        self._watchdog = Watchdog(policy.wall.watch_hz) if walls else None
        self._making = threading.Lock()
        self._made: Home | None = None

    def start(self) -> Cluster:
        """A new cluster that takes connections; the caller closes it. Raises GradingBroken."""
        template = self._template()
        home = self._ground.home("db")
        with contextlib.ExitStack() as stack:
            stack.callback(home.close)
            held = self._ground.run(home, template)
            meter = None if self._watchdog is None else Meter(self._limits())
            cluster = Cluster(held, home, self._policy.database, meter, self._watchdog)
            stack.callback(cluster.close)
            cluster.wait_ready()
            stack.pop_all()
        return cluster

    def _limits(self) -> Limits:
        own = self._policy.database
        return dataclasses.replace(
            self._policy.limits,
            memory_bytes=own.memory_bytes,
            cpu_s=own.cpu_s,
            processes=_TASKS_EACH * own.connections,
            descriptors=_DESCRIPTORS_EACH * own.connections,
        )

    def _template(self) -> Path:
        with self._making:
            if self._made is None:
                self._made = self._make()
                atexit.register(_remove, self._made, os.getpid())
            return self._made.folder / "template"

    def _make(self) -> Home:
        own = self._policy.database
        words = first_statements(self.password, own.connections), own_statements()
        home = self._ground.home("template")
        with contextlib.ExitStack() as stack:
            stack.callback(home.close)
            held = self._ground.make(home, _MAKE, [*words, *settings(own.connections)])
            stack.callback(held.bury)
            end = time.monotonic() + own.start_wall_s
            while not held.gone and time.monotonic() < end:
                time.sleep(_LOOK_S)
            held.bury()
            if held.code != 0:
                raise broken(f"No cluster could be made: {home.last_words()}")
            stack.pop_all()
        # Whom the next ones run as is somebody else.
        home.lease.close()
        return home


def open_clusters(policy: Policy, *, walls: bool) -> Clusters:
    """Those of this process, behind walls or not. Raises GradingBroken."""
    key = os.getpid(), walls, policy.database
    with _opening:
        if key not in _opened:
            _opened[key] = Clusters(policy, walls=walls)
        return _opened[key]


def _remove(home: Home, process: int) -> None:
    if process == os.getpid():
        home.close()
