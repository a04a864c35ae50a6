"""What the kernel records of processes that it ended because the machine had no memory left.

The record is the evidence that an app did not end itself: an app can send SIGKILL, but it cannot write here.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

__all__ = ["RECORD", "OomRecord"]

_FRESH_S = 1.0
_KEY = "oom_kill "


class OomRecord:
    """How many processes the kernel has ended for lack of memory; safe to use from several threads.

    Args:
        source: the file with the count. Where it has none, the count stays 0, and nothing is evidence.
    """

    def __init__(self, source: Path = Path("/proc/vmstat")) -> None:
        self.source = source
        self._lock = threading.Lock()
        self._read_at = -_FRESH_S
        self._kills = 0

    def recent(self) -> int:
        """The count as it was at most a second ago: reading it costs as much as a hundredth of a start."""
        with self._lock:
            if time.monotonic() - self._read_at < _FRESH_S:
                return self._kills
        return self.now()

    def now(self) -> int:
        """The count as of now."""
        with self._lock:
            self._kills, self._read_at = _kills(self.source), time.monotonic()
            return self._kills


def _kills(source: Path) -> int:
    try:
        lines = source.read_text("ascii").splitlines()
    except OSError:
        return 0  # no Linux, or a kernel that shows it to nobody
    return next((int(line.removeprefix(_KEY)) for line in lines if line.startswith(_KEY)), 0)


RECORD = OomRecord()
"""This machine's."""
