"""Whether this machine can hold a hostile submission, and the sandbox that does: bubblewrap."""

from __future__ import annotations

import os
import platform
import re
import threading
import weakref
from functools import partial
from pathlib import Path
from typing import Literal

from autograder.errors import GradingBroken, SandboxUnavailable
from autograder.outcome import Outcome
from autograder.sandbox.box import Box
from autograder.sandbox.bwrap import Bubblewrap
from autograder.sandbox.cold import cold_enclosure
from autograder.sandbox.enclosure import Enclose
from autograder.sandbox.groups import Groups
from autograder.sandbox.job import Job, Service
from autograder.sandbox.nest import Nest
from autograder.sandbox.nests import Nests
from autograder.sandbox.policy import Policy, load_policy
from autograder.sandbox.system import find_system
from autograder.sandbox.wall import Wall
from autograder.sandbox.watchdog import Watchdog
from autograder.scratch import temporary_folder

__all__ = ["BubblewrapSandbox", "require_kernel"]


class BubblewrapSandbox:
    """Runs each job in namespaces of its own: no network, read-only system, a uid of its own.

    Args:
        policy: the limits of the wall itself; the package's policy.toml when not given.
        warm: fork jobs from a process that has imported the frameworks, in place of starting a
            bubblewrap and a Python for each. The walls are the same, and a job finds no trace of
            another. What differs: jobs of one nest share the seed of string hashes and the layout of
            their memory, which are drawn when a Python starts; what the frameworks allocated before
            the fork is no garbage that a job's collector would look at.
    """

    walls = True

    def __init__(self, policy: Policy | None = None, *, warm: bool = False) -> None:
        self.name = "bubblewrap-warm" if warm else "bubblewrap"
        self._policy = policy or load_policy()
        self._warm = warm
        self._lock = threading.Lock()
        self._wall: Wall | None = None
        self._nests: Nests | None = None
        self._process = 0
        self._works = False

    def check_available(self) -> None:
        """Run one empty job, once.

        Raises:
            SandboxUnavailable: there is no bubblewrap, or the machine does not let it make a box.
        """
        if self._works:
            return
        with temporary_folder("empty") as folder:
            job = Job(files=folder, limits=self._policy.limits, command=("-c", "pass"))
            try:
                outcome = self.run(job)
            except GradingBroken as error:
                raise _unavailable(error.what) from error
        if not outcome.entered:
            raise _unavailable(outcome.failure or "")
        if outcome.exit_code != 0:
            raise SandboxUnavailable(
                f"Python does not run behind the wall: {outcome.stderr.strip()[-400:] or outcome}",
                where=self._open().system.python,
                remedy="Use an interpreter and packages that every user of the machine may read.",
            )
        self._works = True

    def prepare(self, protocol: Literal["wsgi", "asgi"], libraries: tuple[str, ...] = ()) -> None:
        """Start what the first job of this kind would wait for, and wait until it is there."""
        self._open()
        if self._nests is not None:
            self._nests.prepare(protocol, libraries)

    def serve(self, job: Job) -> Service:
        """Start serving an app; returns at once. Raises GradingBroken when the sandbox fails."""
        return Box(job, self._open())

    def run(self, job: Job) -> Outcome:
        """Run ``job.command`` to its end or to a limit."""
        with Box(job, self._open()) as box:
            box.wait_ended()
            return box.kill()

    def _open(self) -> Wall:
        """Look at the machine at the first job; again in a forked process, whose threads are gone."""
        with self._lock:
            if self._wall is None or self._process != os.getpid():
                self._wall = self._build()
                self._process = os.getpid()
            return self._wall

    def _build(self) -> Wall:
        require_kernel(platform.release())
        bubblewrap, system, policy = Bubblewrap(), find_system(), self._policy
        watchdog, groups = Watchdog(policy.wall.watch_hz), Groups()
        enclose: Enclose = partial(cold_enclosure, bubblewrap, system, policy.wall)
        self._nests = Nests(policy.nest, partial(Nest, bubblewrap, system, policy)) if self._warm else None
        if self._nests is not None:
            enclose = self._nests.enclose
        wall = Wall(system, policy, watchdog, groups, enclose)
        # Every running job holds the wall, too.
        weakref.finalize(wall, _close_own, self._nests, groups, os.getpid())
        return wall


def require_kernel(release: str) -> None:
    """Raise SandboxUnavailable where /proc cannot be shown with processes alone: before Linux 5.8."""
    numbers = [int(each) for each in re.findall(r"\d+", release)[:2]]
    if numbers < [5, 8]:
        raise SandboxUnavailable(
            f"Linux {release} shows a submission the whole machine in /proc.",
            where="this machine's kernel",
            remedy="Grade on Linux 5.8 or newer, or take the machine as the wall with --trust-submissions.",
        )


def _close_own(nests: Nests | None, groups: Groups, process: int) -> None:
    """End the nests and remove the groups, unless this is a process that was forked meanwhile."""
    if process == os.getpid():
        if nests is not None:
            nests.close()
        groups.close()


def _unavailable(said: str) -> SandboxUnavailable:
    """What to do about it, by what bubblewrap said and what the kernel is set to."""
    what = f"bubblewrap cannot make a box: {said}"
    if "execvp" in said:
        return SandboxUnavailable(
            what,
            where="the interpreter, which this user cannot read or execute",
            remedy="Use a Python and packages that every user of the machine may read and execute.",
        )
    if _in_container():
        return SandboxUnavailable(
            what,
            where="this container, whose seccomp profile or capabilities forbid new namespaces",
            remedy="Start it with --security-opt seccomp=unconfined --cap-add SYS_ADMIN, "
            "or take the container as the wall with --trust-submissions.",
        )
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return SandboxUnavailable(
            what,
            where="kernel.apparmor_restrict_unprivileged_userns = 1, as Ubuntu has it since 24.04",
            remedy="Grade as root, or run `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`.",
        )
    if _setting("kernel/unprivileged_userns_clone") == "0" or _setting("user/max_user_namespaces") == "0":
        return SandboxUnavailable(
            what,
            where="the kernel's settings: ordinary users may make no namespace",
            remedy="Grade as root, or run `sudo sysctl kernel.unprivileged_userns_clone=1 "
            "user.max_user_namespaces=10000`.",
        )
    return SandboxUnavailable(
        what,
        where="this machine",
        remedy="Grade on a Linux machine where `bwrap --unshare-all --ro-bind / / true` works, "
        "or take the machine as the wall with --trust-submissions.",
    )


def _in_container() -> bool:
    return Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()


def _setting(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""
