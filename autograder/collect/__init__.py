"""Turns what students really hand in into a clean inbox, reading bytes and nothing else."""

from __future__ import annotations

from autograder.collect.caps import CAPS, Caps
from autograder.collect.find import Source, find_submissions
from autograder.collect.inbox import sync_inbox
from autograder.collect.one import collect_one
from autograder.collect.released import ReleasedNotebook

__all__ = ["CAPS", "Caps", "ReleasedNotebook", "Source", "collect_one", "find_submissions", "sync_inbox"]
