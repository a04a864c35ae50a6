"""The night desk of one dome: everything that one run of one app has for itself."""

from __future__ import annotations

from .clock import set_clock, system_clock
from .exposures import Exposures
from .log import Log
from .settings import Settings


class Desk:
    """One night at one dome. Who makes it opens the dome, and has to close it."""

    def __init__(self, settings: Settings) -> None:
        self.site = settings.site
        clock = system_clock if settings.clock is None else set_clock(settings.clock, settings.tick)
        self.exposures = Exposures(settings.plates)
        self.log = Log(settings.log, clock)

    def close(self) -> None:
        """End the night."""
        self.log.close()
