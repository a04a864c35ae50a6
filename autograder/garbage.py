"""How often Python looks for garbage: seldom while a command starts, as usual while it works through many."""

from __future__ import annotations

import gc

__all__ = ["look_as_usual", "look_seldom"]

_MANY = 50_000
"""New objects between two looks for garbage: importing makes tens of thousands, and all of them stay."""

_USUAL = gc.get_threshold()


def look_seldom() -> None:
    """For a start: a look finds nothing then, and takes its time."""
    gc.set_threshold(_MANY)


def look_as_usual() -> None:
    """For a class: what a hand-in leaves in cycles, some 10 kB, would else add up to tens of megabytes."""
    gc.set_threshold(*_USUAL)
