"""The dome, the telescope and its camera: what is opened must be closed, in the reverse order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .night_log import NightLog
from .sky import Target

__all__ = ["OverexposedError", "expose", "open_dome", "open_shutter", "unpark_telescope"]


class OverexposedError(Exception):
    """The target was too bright for the plate."""


@contextmanager
def open_dome(log: NightLog) -> Iterator[None]:
    """The dome, open for as long as the block runs."""
    log.write("dome opened")
    try:
        yield
    finally:
        log.write("dome closed")


@contextmanager
def unpark_telescope(log: NightLog) -> Iterator[None]:
    """The telescope, off its rest for as long as the block runs; only under an open dome."""
    log.write("telescope unparked")
    try:
        yield
    finally:
        log.write("telescope parked")


@contextmanager
def open_shutter(write: Callable[[str], None]) -> Iterator[None]:
    """The camera's shutter, open for as long as the block runs."""
    write("shutter opened")
    try:
        yield
    finally:
        write("shutter closed")


def expose(target: Target) -> None:
    """Let the light fall on the plate. Raises OverexposedError."""
    if target.name == "Moon":
        raise OverexposedError(target.name)
