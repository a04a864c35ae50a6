"""Decides what a learner does next: the first ready topic with a part that is not passed."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.catalog import Catalog, Part, Topic
from autograder.learn.standing import Standing, State

__all__ = ["NextUp", "next_up", "part_minutes"]


@dataclass(frozen=True, slots=True)
class NextUp:
    """The topic to go on with, and its first part that is not passed."""

    topic: Topic
    part: Part


def next_up(catalog: Catalog, standing: Standing) -> NextUp | None:
    """What is next; None when every part of every ready topic is passed."""
    for topic in catalog.ready:
        for part in topic.part:
            if standing.part(topic.name, part.name).state is not State.PASSED:
                return NextUp(topic, part)
    return None


def part_minutes(topic: Topic, part: Part) -> float:
    """How long a part takes: its share of the topic's minutes, as of the topic's points."""
    return topic.minutes * part.points / topic.points
