"""Reads the time of a hand-in as nbgrader's exchange writes it, and nothing that is not a time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["MOST_BYTES", "parsed", "written"]

MOST_BYTES = 100
_YEARS = range(2000, 2200)


def parsed(data: bytes) -> datetime | None:
    """The time in UTC, or None when these bytes are not a date with a time.

    A time without a zone is UTC, as nbgrader takes it.
    """
    try:
        text = data.decode("ascii").strip()
        found = _read(text)
        moment = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, ZoneInfoNotFoundError, OSError):
        return None
    return moment if moment.year in _YEARS else None


def _read(text: str) -> datetime:
    date, _, zone = text.rpartition(" ")
    if " " in date and zone in {"UTC", "GMT", "Z"}:  # known even where no table of zones is installed
        return datetime.fromisoformat(date).replace(tzinfo=UTC)
    if " " in date and zone[:1].isalpha():  # 2026-11-22 08:00:00.000000 Europe/Paris
        return datetime.fromisoformat(date).replace(tzinfo=ZoneInfo(zone))
    if " " in date:  # 2026-11-22 08:00:00.000000 +0100
        return datetime.fromisoformat(date + zone)
    return datetime.fromisoformat(text)


def written(moment: datetime) -> bytes:
    """As nbgrader reads it back."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f UTC\n").encode()
