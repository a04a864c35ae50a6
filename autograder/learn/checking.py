"""Decides what a check of one's own is about: which topic, where its files lie, what was begun."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from autograder.catalog import Catalog, Topic
from autograder.errors import StoreError
from autograder.learn.progress import Overview
from autograder.learn.starters import find_starters, part_files
from autograder.learn.store import open_store
from autograder.report.desk import Desk

__all__ = ["own_desk", "working_topic"]


def working_topic(seen: Overview) -> Topic | None:
    """The topic that was checked last, if something of it is left to do; or else the next one.

    None when every part of every ready topic is passed.
    """
    left = {row.topic.name for row in seen.rows if not row.is_passed}
    checked = [row for row in seen.rows if row.topic.name in left and row.standing.run]
    last = max(checked, key=lambda row: row.standing.run, default=None)
    if last is not None:
        return last.topic
    return seen.next.topic if seen.next else None


def own_desk(catalog: Catalog, topic: Topic, folder: Path | None = None) -> Desk:
    """Where the learner's files lie, seen from the working directory, and which they have not begun.

    Args:
        catalog: the course.
        topic: whose exercise.
        folder: where the files are, if not in the exercise's own place.
    """
    place = folder or catalog.places(topic.name).exercise
    return Desk(
        folder=_seen(place),
        files={part.name: part.files for part in topic.part},
        untouched=frozenset(_untouched(catalog, topic, place, remember=folder is None)),
        missing=frozenset(part.name for part in topic.part if not part_files(place, part)),
        is_own=folder is None,
    )


def _untouched(catalog: Catalog, topic: Topic, place: Path, *, remember: bool) -> Sequence[str]:
    try:
        with open_store(catalog) as store:
            starters = find_starters(catalog, store, remember=remember)
    except StoreError:
        return ()  # whoever keeps progress says so; what was not begun is then told as what it is: it fails
    return [
        part.name
        for part in topic.part
        if (handed_out := starters.files(topic.name, part)) and part_files(place, part) == handed_out
    ]


def _seen(folder: Path) -> str:
    """The path as an editor or a terminal opens it from here, with a separator at its end."""
    try:
        relative = os.path.relpath(folder)
    except (OSError, ValueError):  # the working directory was deleted, or is on another drive
        return f"{folder.resolve()}{os.sep}"
    if relative == os.curdir:
        return ""
    return f"{relative if len(relative) < len(str(folder.resolve())) else folder.resolve()}{os.sep}"
