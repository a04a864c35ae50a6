"""The process that holds collected checks: started, told what to collect, connected to, ended."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from autograder import ahead
from autograder.checks.message import CheckInfo
from autograder.errors import GradingBroken
from autograder.scratch import scratch_folder

__all__ = ["REMEDY", "CheckHolder", "ChecksGone", "SharedChecks"]

REMEDY = "Run `course dev check`; correct the check files it names."
_ENDING_S = 5


class ChecksGone(GradingBroken):
    """The checks' process was killed before it took the run: another one can."""


class CheckHolder:
    """A process that has collected the checks of some files, and runs them for one app after another.

    Args:
        files: all check files that are wanted of it, in the order in which they are run.
        graded: whether every check must say what it is worth.
        light: collect without pytest, where the files let it; the findings are the same.

    Attributes:
        infos: of all the checks, in order.
        is_light: whether they were collected without pytest.

    Raises:
        GradingBroken: the files cannot be collected.
    """

    def __init__(self, files: Sequence[Path], *, graded: bool, light: bool = False) -> None:
        self._light = light
        self._where = ", ".join(str(file) for file in files)
        absent = [str(file) for file in files if not file.is_file()]
        if absent or not files:
            raise self.broken(f"The checks are missing: {', '.join(absent) or 'no file is named'}.")
        self._folder = scratch_folder("checks")
        unix = hasattr(socket, "AF_UNIX") and os.name == "posix"
        self._path = str(self._folder / "s") if unix else ""
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
            self._process = ahead.take(ahead.CHECKS) or ahead.new_checks()
            stack.callback(self._end)
            self.infos = self._collected(files, graded=graded)
            self._stack = stack.pop_all()
        self._closing = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether the process still runs; one that was killed can take no further app."""
        return self._process.poll() is None

    def connect(self) -> socket.socket:
        """A connection for one run. Raises ChecksGone when the process is; it is not `alive` then."""
        channel = socket.socket(socket.AF_UNIX if self._path else socket.AF_INET)
        try:
            channel.connect(self._path or ("127.0.0.1", self._port))
        except OSError as error:
            channel.close()
            # A killed process closes its sockets a moment before anybody can see that it has ended.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_ENDING_S)
            raise ChecksGone(
                f"The checks' process is gone: {error}.", where=self._where, remedy=REMEDY
            ) from error
        return channel

    def broken(self, what: str) -> GradingBroken:
        """The error that says what is wrong with these checks."""
        return GradingBroken(what, where=self._where, remedy=REMEDY)

    def close(self) -> None:
        """End the process; can be called again."""
        with self._closing:
            self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _collected(self, files: Sequence[Path], *, graded: bool) -> tuple[CheckInfo, ...]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        errors = self._folder / "stderr"
        setup = {
            "listener": self._path,
            "errors": str(errors),
            "graded": graded,
            "light": self._light,
            "files": list(map(str, files)),
        }
        with contextlib.suppress(OSError):  # it has ended; that is told below
            self._process.stdin.write(json.dumps(setup).encode() + b"\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise self.broken(f"The checks cannot be collected. {self._last_words(errors)[-2000:]}")
        hello = json.loads(line)
        self._port, self.is_light = hello["port"], bool(hello["light"])
        return tuple(CheckInfo.read(each) for each in hello["checks"])

    def _last_words(self, errors: Path) -> str:
        code = self._process.wait()
        assert self._process.stderr is not None
        told = self._process.stderr.read()
        with contextlib.suppress(FileNotFoundError):
            told += errors.read_bytes()
        said = told.decode("utf-8", "replace").strip()
        return said or f"Their process ended with code {code}; it has a minute to read them."

    def _end(self) -> None:
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was not written is no longer wanted
                    stream.close()
        try:
            self._process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class SharedChecks:
    """One process for the checks of several parts: started at the first need, and again when it was killed.

    It does without pytest where it can, since somebody waits.

    Args:
        files: all check files, in the order in which they are run.
        graded: whether every check must say what it is worth.
    """

    def __init__(self, files: Sequence[Path], *, graded: bool) -> None:
        self._files = files
        self._graded = graded
        self._holder: CheckHolder | None = None
        self._lock = threading.Lock()

    def holder(self) -> CheckHolder | None:
        """The process; None when one of the files cannot be collected, so that each part is told its own."""
        with self._lock:
            if self._holder is not None and not self._holder.alive:
                self._holder.close()
                self._holder = None
            if self._holder is None:
                with contextlib.suppress(GradingBroken):
                    self._holder = CheckHolder(self._files, graded=self._graded, light=True)
            return self._holder

    def close(self) -> None:
        """End the process; can be called again."""
        with self._lock:
            if self._holder is not None:
                self._holder.close()
                self._holder = None
