"""The bakery itself: knows breads, hours and a journal, and neither framework."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["Bakery", "UnknownBreadError", "open_bakery"]

# Nobody has entered a price for the brioche yet.
PRICES = {"baguette": 180, "brioche": None, "rye": 420, "spelt": 480}


EVENING = 17


# region core
class UnknownBreadError(Exception):
    """We do not bake that."""


@dataclass
class Bakery:
    """What the handlers of one app work with."""

    name: str
    hour: Callable[[], int]
    journal: list[str]
    slips: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def price(self, bread: str) -> int:
        """In cents; half of it from five o'clock on."""
        if bread not in PRICES:
            raise UnknownBreadError(bread)
        share = 0.5 if self.hour() >= EVENING else 1.0
        return round(share * PRICES[bread])


# endregion


# region resource
@contextmanager
def open_bakery(settings: Mapping[str, Any]) -> Iterator[Bakery]:
    """A bakery whose oven is lit for as long as the block runs."""
    journal = settings["JOURNAL"]
    journal.append("oven lit")
    try:
        yield Bakery(settings["NAME"], settings["HOUR"], journal)
    finally:
        journal.append("oven out")


# endregion


def hour_of_the_day() -> int:
    """By the machine's clock."""
    return datetime.now().astimezone().hour
