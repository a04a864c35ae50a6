"""Which gradebook a step of recording writes to: its own, or the one that a batch keeps open.

Opening one costs more than recording a hand-in: nbgrader looks through the tables, and SQLAlchemy
compiles every statement anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader.api import Gradebook

__all__ = ["KeptGradebook", "gradebook_of"]


class KeptGradebook:
    """One gradebook for many hand-ins, opened at the first need; used as a context manager per hand-in.

    Args:
        url: where it is.
        course_id: the course's name for nbgrader.
    """

    def __init__(self, url: str, course_id: str) -> None:
        self._url = url
        self._course_id = course_id
        self._gradebook: Any = None

    @contextmanager
    def session(self) -> Iterator[Any]:
        """The gradebook, with nothing in its memory; what was not committed in the end is given up."""
        if self._gradebook is None:
            self._gradebook = Gradebook(self._url, self._course_id)
        try:
            yield self._gradebook
        finally:
            # Gives the connection back, and with it every lock.
            self._gradebook.db.remove()

    def close(self) -> None:
        """Close it; can be called again."""
        if self._gradebook is not None:
            self._gradebook.close()
            self._gradebook = None


@contextmanager
def gradebook_of(converter: Any, url: str) -> Iterator[Any]:
    """The gradebook of a converter: kept open where it is a batch's, otherwise opened for the block.

    Args:
        converter: one of nbgrader's, or ours.
        url: of the gradebook that nbgrader names.
    """
    kept = getattr(converter, "kept_gradebook", None)
    if isinstance(kept, KeptGradebook):
        with kept.session() as gradebook:
            yield gradebook
    else:
        with Gradebook(url) as gradebook:
            yield gradebook
