"""Decides what a check of one's own is about: which topic, where its files lie, what was begun."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from autograder.catalog import Catalog, Topic
from autograder.errors import StoreError
from autograder.learn.next_up import next_up
from autograder.learn.standing import Standing, State
from autograder.learn.starters import find_starters, part_files
from autograder.learn.store import open_store
from autograder.report.desk import Desk

__all__ = ["own_desk", "working_topic"]


def working_topic(catalog: Catalog, standing: Standing) -> Topic | None:
    """The topic that was checked last, if something of it is left to do; or else the next one.

    None when every part of every ready topic is passed.
    """
    left = [
        topic
        for topic in catalog.ready
        if any(standing.part(topic.name, part.name).state is not State.PASSED for part in topic.part)
    ]
    last = max(left, key=lambda topic: _last_checked(standing, topic), default=None)
    if last is not None and _last_checked(standing, last):
        return last
    found = next_up(catalog, standing)
    return found.topic if found else None


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
        untouched=frozenset(_untouched(catalog, topic, place)),
    )


def _last_checked(standing: Standing, topic: Topic) -> str:
    return max(standing.part(topic.name, part.name).at or "" for part in topic.part)


def _untouched(catalog: Catalog, topic: Topic, place: Path) -> Sequence[str]:
    try:
        with open_store(catalog) as store:
            starters = find_starters(catalog, store)
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
    except ValueError:  # on another drive
        return f"{folder.resolve()}{os.sep}"
    if relative == os.curdir:
        return ""
    return f"{relative if len(relative) < len(str(folder.resolve())) else folder.resolve()}{os.sep}"
