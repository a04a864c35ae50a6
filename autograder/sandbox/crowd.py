"""How long other work left a job less than one core: measured by the kernel's account of every core.

What the job itself uses is subtracted, so an app cannot make the machine seem busy by being busy.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

__all__ = ["Crowd"]

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_WINDOW_S = 0.5
"""Between two looks; the kernel counts in hundredths of a second."""
_ENOUGH = 0.8
"""Of a core: what is missing beyond this may be the kernel's rounding."""
# Fields of a core's line in /proc/stat: all but the idle and the waiting ones is work. The guests' time is
# in the first two already.
_BUSY = (1, 2, 3, 6, 7, 8)


class Crowd:
    """Looks at a job's cores; the first look comes half a second after the start, so short jobs cost nothing.

    Attributes:
        missing_s: seconds of one core that other work took from the job.
    """

    def __init__(self) -> None:
        self.missing_s = 0.0
        self._cores = {f"cpu{each}" for each in os.sched_getaffinity(0)}
        self._next = time.monotonic() + _WINDOW_S
        self._last: tuple[float, float] | None = None

    def look(self, own_s: float) -> None:
        """Note what other work has taken since the last look.

        Args:
            own_s: CPU seconds that the job has used so far.
        """
        now = time.monotonic()
        if now < self._next:
            return
        others = _busy_s(self._cores) - own_s
        if self._last is not None:
            before, others_before = self._last
            free = len(self._cores) - (others - others_before) / (now - before)
            if free < _ENOUGH:
                self.missing_s += (1 - max(0.0, free)) * (now - before)
        self._last, self._next = (now, others), now + _WINDOW_S


def _busy_s(cores: set[str]) -> float:
    """Seconds for which these cores have worked since the machine started; 0 where the kernel tells none."""
    ticks = 0
    with contextlib.suppress(OSError):
        for line in Path("/proc/stat").read_text("ascii").splitlines():
            fields = line.split()
            if not fields or not fields[0].startswith("cpu"):
                break
            if fields[0] in cores:
                ticks += sum(int(fields[at]) for at in _BUSY if at < len(fields))
    return ticks * _TICK_S
