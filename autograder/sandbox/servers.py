"""Decides which of the processes that wait may serve an app, so that the app finds what it would alone."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from autograder import ahead
from autograder.sandbox.system import package_folders

__all__ = ["Servers"]

_MOST = 4
"""Of one protocol: an app that is restarted again and again is not worth more memory."""


class Servers:
    """Waiting processes of one sandbox, and those that were started ahead; safe from several threads."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[subprocess.Popen[bytes]]] = {}
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def keep_ready(self, protocol: Literal["wsgi", "asgi"], modules: Sequence[str]) -> None:
        """Have as many wait as were taken since the last call, and one at least.

        Raises:
            OSError: Python cannot be started.
        """
        with self._lock:
            waiting = self._waiting.setdefault(protocol, [])
            wanted = min(max(1, self._taken.pop(protocol, 0)), _MOST)
            while len(waiting) < wanted:
                waiting.append(ahead.new_server(protocol, modules))

    def take(self, protocol: str, files: Path) -> subprocess.Popen[bytes] | None:
        """A process for the app in this folder; None when it needs one that has imported nothing.

        A file of the learner's that has the name of an installed module takes that one's place, as
        it does wherever they run their app; a process that has imported the other would hide theirs.
        """
        if not _importable(files).isdisjoint(_installed()):
            return None
        with self._lock:
            self._taken[protocol] += 1
            waiting = self._waiting.get(protocol, [])
            while waiting:
                child = waiting.pop(0)
                if child.poll() is None:
                    return child
                ahead.dismiss(child)
        return ahead.take(protocol)

    def close(self) -> None:
        """End them all; can be called again."""
        with self._lock:
            for waiting in self._waiting.values():
                while waiting:
                    ahead.dismiss(waiting.pop())


def _importable(files: Path) -> set[str]:
    """What the learner's own modules and packages may be called."""
    return {path.name.partition(".")[0] for path in files.iterdir()}


@functools.cache
def _installed() -> frozenset[str]:
    """What any other top-level module may be called."""
    names = (name for folder in package_folders() for name in os.listdir(folder))  # noqa: PTH208 - hundreds
    return frozenset({*sys.stdlib_module_names, *(name.partition(".")[0] for name in names)})
