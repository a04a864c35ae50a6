"""All settings of an app, and the three places where each is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

PREFIX = "OBSERVATORY_"


@dataclass(frozen=True)
class Settings:
    """What one app is set to."""

    site: str
    plates: int
    log: str
    clock: datetime | None
    tick: int


def look_up(config: Mapping[str, object] | None, environ: Mapping[str, str]) -> Settings:
    """Read the settings from the mapping, else from the environment, else take the defaults."""
    given = config or {}

    def find(key: str, default: object) -> object:
        if key in given:
            return given[key]
        return environ.get(PREFIX + key) or default

    clock = find("CLOCK", None)
    return Settings(
        site=str(find("SITE", "North dome")),
        plates=int(str(find("PLATES", 24))),
        log=str(find("LOG", "night.log")),
        clock=None if clock is None else instant(str(clock)),
        tick=int(str(find("TICK", 0))),
    )


def instant(text: str) -> datetime:
    """Read an instant; without an offset it is in UTC."""
    when = datetime.fromisoformat(text)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
