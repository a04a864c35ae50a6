"""Turns what students really hand in into a clean inbox, reading bytes and nothing else."""

from __future__ import annotations

from autograder.collect.caps import CAPS, Caps
from autograder.collect.entry import Found, Source, Unread
from autograder.collect.find import find_submissions
from autograder.collect.inbox import Synced, sync_inbox
from autograder.collect.one import collect_one
from autograder.collect.released import ReleasedNotebook

__all__ = [
    "CAPS",
    "Caps",
    "Found",
    "ReleasedNotebook",
    "Source",
    "Synced",
    "Unread",
    "collect_one",
    "find_submissions",
    "sync_inbox",
]
