"""The course with the points that were released: the gradebook says what a grade is out of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from autograder.catalog import Catalog, Topic
from autograder.nb.cover import grade_id

__all__ = ["as_released", "points_differ"]


def as_released(catalog: Catalog, points: Mapping[str, float]) -> Catalog:
    """The course with these points.

    Args:
        catalog: the course as course.toml has it.
        points: by graded cell; a part whose cell is not named keeps its own.
    """
    if not points:
        return catalog
    topics = tuple(_topic(topic, points) for topic in catalog.course.topic)
    return replace(catalog, course=catalog.course.model_copy(update={"topic": topics}))


def points_differ(topic: Topic, points: Mapping[str, float]) -> Iterator[str]:
    """How the topic in course.toml differs from its release, a phrase for each part."""
    cells = {grade_id(topic.name, part.name): part for part in topic.part}
    for cell, part in cells.items():
        if cell not in points:
            yield f"{part.name} is not in the release"
        elif points[cell] != part.points:
            yield f"{part.name} has {part.points} points in course.toml and {points[cell]:g} in the release"
    for cell in sorted(points.keys() - cells.keys()):
        yield f"the release's {cell} is not in course.toml"


def _topic(topic: Topic, points: Mapping[str, float]) -> Topic:
    parts = tuple(
        part.model_copy(update={"points": _number(points.get(grade_id(topic.name, part.name), part.points))})
        for part in topic.part
    )
    if parts == topic.part:
        return topic
    return topic.model_copy(update={"part": parts, "points": sum(part.points for part in parts)})


def _number(points: float) -> float:
    """A whole number as an int, so that verdicts kept under the same points are found."""
    return int(points) if float(points).is_integer() else points
