"""The student edition: which files it may hold, what must never be in it, how it is written."""

from __future__ import annotations

from autograder.release.edition import MARKER, find_leaks, release, release_files
from autograder.release.leaks import Leak
from autograder.release.starters import STARTERS

__all__ = ["MARKER", "STARTERS", "Leak", "find_leaks", "release", "release_files"]
