"""The student edition: which files it may hold, what must never be in it, how it is written."""

from __future__ import annotations

from autograder.release.edition import MARKER, find_leaks, release, release_files
from autograder.release.leaks import Leak
from autograder.release.starters import STARTERS, record_starters, unrecorded_starters

__all__ = [
    "MARKER",
    "STARTERS",
    "Leak",
    "find_leaks",
    "record_starters",
    "release",
    "release_files",
    "unrecorded_starters",
]
