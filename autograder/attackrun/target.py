"""The attacked grader as the runner sees it: asked from outside, measured from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.attackrun.ground import Ground
from autograder.errors import SandboxUnavailable
from autograder.report.model import Report
from autograder.sandbox.watchdog import shared_fairly, usage_of

__all__ = ["Answer", "Peak", "Target"]

_SEED = "0000000000000000000000000000e1f4"
"""Draws the order in which the checks are written, so that the points of an attack are known."""
_SAMPLE_S = 0.05
_END_S = 20
_MUCH_BYTES = 600 << 20


class Answer:
    """What the grader said of one hand-in: a report, or why there is none."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.error: str | None = told.get("error")
        self.report = Report.model_validate(told["report"]) if "report" in told else None
        self.text = json.dumps(told, ensure_ascii=False)


class Peak:
    """The most that the grader and all below it used while it was watched."""

    def __init__(self) -> None:
        self.memory_bytes = 0
        self.disk_bytes = 0


class Target:
    """A grader in a process of its own; used as a context manager.

    Args:
        ground: where it works.
        sandbox: the value of COURSE_SANDBOX.

    Attributes:
        asked: the sandbox that was asked for.
        sandbox: the name of the sandbox that it grades in.
    """

    def __init__(self, ground: Ground, sandbox: str) -> None:
        self._ground = ground
        self._waiting: dict[int, Future[Answer]] = {}
        self._lock = threading.Lock()
        self._count = 0
        self._hearing: threading.Thread | None = None
        self._said = (ground.home / f"worker-{sandbox}.log").open("w+b")
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "autograder.attackrun.worker", str(ground.course), ground.canary],
            cwd=ground.cwd,
            env=_environment(ground, sandbox),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        first = self._process.stdout.readline()
        if not first:
            told = self.said().rpartition("SandboxUnavailable: ")[2].strip()
            self.close()
            raise SandboxUnavailable(
                told or "The attacked grader did not start.",
                where=f"COURSE_SANDBOX={sandbox}",
                remedy="Run `course dev sandbox` to see what this machine offers.",
            )
        self.asked, self.sandbox = sandbox, str(json.loads(first)["sandbox"])
        self._hearing = threading.Thread(target=self._hear, daemon=True)
        self._hearing.start()

    @property
    def pid(self) -> int:
        """Of the grader."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def said(self) -> str:
        """What it wrote to standard error."""
        self._said.flush()
        return Path(self._said.name).read_text("utf-8", "replace")

    def grade(
        self,
        source: Path,
        *,
        part: str,
        limits: str = "own",
        student: str = "eve",
        seed: str | None = None,
        topic: str | None = None,
    ) -> Future[Answer]:
        """Have a hand-in collected and judged; ``part`` alone, or all parts when it is empty."""
        with self._lock:
            self._count += 1
            number, future = self._count, Future[Answer]()
            self._waiting[number] = future
        request = {
            "id": number,
            "source": str(source),
            "student": student,
            "part": part,
            "limits": limits,
            "seed": seed or _SEED,
            "topic": topic or self._ground.topic.name,
        }
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        return future

    @contextmanager
    def watched(self) -> Iterator[Peak]:
        """Measure the grader and all below it during the block."""
        peak, over = Peak(), threading.Event()

        def look() -> None:
            while not over.wait(_SAMPLE_S):
                peak.memory_bytes = max(peak.memory_bytes, _memory(self.pid))
                peak.disk_bytes = max(peak.disk_bytes, _size(self._ground.tmp))

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield peak
        finally:
            over.set()
            thread.join()

    def close(self) -> None:
        """End it; what runs below it ends with it."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._hearing is not None:
            self._hearing.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._said.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        with suppress(ValueError):
            for line in self._process.stdout:
                told = json.loads(line)
                with self._lock:
                    future = self._waiting.pop(told["id"])
                future.set_result(Answer(told))
        with self._lock:
            left, self._waiting = list(self._waiting.values()), {}
        for future in left:
            future.set_result(Answer({"error": "The grader is gone."}))


def _environment(ground: Ground, sandbox: str) -> dict[str, str]:
    return {
        **os.environ,
        "COURSE_SANDBOX": sandbox,
        "COURSE_SECRET": ground.canary,
        "TMPDIR": str(ground.tmp),
        "HOME": str(ground.desk),
        "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
    }


def _memory(pid: int) -> int:
    """Resident bytes of a process and all below it; where that is much, shared pages counted once."""
    usage = usage_of(pid)
    if usage.memory_bytes < _MUCH_BYTES:
        return usage.memory_bytes
    return min(usage.memory_bytes, shared_fairly(usage.pids) or usage.memory_bytes)


def _size(folder: Path) -> int:
    """Bytes that the files below take on the disk."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_blocks * 512  # noqa: PTH118 - often
    return total
