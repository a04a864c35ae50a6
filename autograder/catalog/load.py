"""Reads course.toml, or topic.toml, once and holds it to what it must add up to."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from autograder.catalog.model import Course, Topic
from autograder.catalog.places import Places
from autograder.catalog.root import COURSE_FILE, TOPIC_FILE, course_file, find_root
from autograder.errors import CatalogError, UsageError
from autograder.frameworks import FRAMEWORKS

__all__ = ["Catalog", "load"]


@dataclass(frozen=True, slots=True)
class Catalog:
    """The course, and where its parts lie.

    Attributes:
        root: its folder.
        course: what course.toml says.
        is_handout: whether the root is the exercise of the only topic, as students get it from nbgrader.
    """

    root: Path
    course: Course
    is_handout: bool = False

    @property
    def file(self) -> Path:
        """The file that says all this."""
        return self.root / (TOPIC_FILE if self.is_handout else COURSE_FILE)

    @property
    def judged_by_examples(self) -> Catalog:
        """The same for a learner, whom no hidden check judges here."""
        return replace(self, course=self.course.model_copy(update={"edition": "student"}))

    def topic(self, name: str) -> Topic:
        """The topic of this name. Raises UsageError, with the names there are."""
        for each in self.course.topic:
            if each.name == name:
                return each
        names = ", ".join(each.name for each in self.course.topic)
        raise UsageError(
            f"There is no topic {name!r}.",
            where=str(self.file),
            remedy=f"Use one of: {names}.",
        )

    def ready_topic(self, name: str) -> Topic:
        """The topic of this name, which must be ready. Raises UsageError."""
        topic = self.topic(name)
        if topic.status != "ready":
            ready = ", ".join(each.name for each in self.ready)
            raise UsageError(
                f"The topic {name!r} is planned, not ready: it has no exercise yet.",
                where=str(self.file),
                remedy=f"Use one of: {ready}.",
            )
        return topic

    @property
    def ready(self) -> tuple[Topic, ...]:
        """The topics that are checked and released, in course order."""
        return tuple(each for each in self.course.topic if each.status == "ready")

    def places(self, topic: str) -> Places:
        """Where the topic's four places are."""
        return Places(self.root, topic, self.is_handout)


def load(start: Path | None = None) -> Catalog:
    """Read the course that ``start`` (or the working directory) lies in.

    Raises:
        UsageError: there is no course there.
        CatalogError: course.toml is not as it must be; names every fault found.
    """
    root = find_root(start)
    path = course_file(root)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(
            f"The file is not TOML: {error}.", where=str(path), remedy="Correct the line that it names."
        ) from error
    try:
        course = Course.model_validate(data)
    except ValidationError as error:
        raise _faults(path, [_key_fault(data, each) for each in error.errors()]) from error
    is_handout = path.name == TOPIC_FILE
    faults = [*_sums(course), *_names(course), *(_alone(course) if is_handout else ())]
    if faults:
        raise _faults(path, faults)
    return Catalog(root, course, is_handout)


def _faults(path: Path, faults: list[str]) -> CatalogError:
    return CatalogError(
        "; ".join(faults) + ".",
        where=str(path),
        remedy="Correct the keys named; CONTRIBUTING lists them all.",
    )


def _key_fault(data: dict[str, object], error: object) -> str:
    """One pydantic error as ``key: what is wrong``, topics and parts by name."""
    assert isinstance(error, dict)
    key: list[str] = []
    here: object = data
    for step in error["loc"]:
        here = _step(here, step)
        names = [here[k] for k in ("name", "id") if k in here] if isinstance(here, dict) else []
        key.append(str(names[0]) if names and isinstance(step, int) else str(step))
    what = "unknown key" if error["type"] == "extra_forbidden" else str(error["msg"]).lower()
    return f"{'.'.join(key)}: {what}"


def _step(here: object, step: object) -> object:
    if isinstance(here, dict):
        return here.get(step)
    if isinstance(here, list) and isinstance(step, int) and step < len(here):
        return here[step]
    return None


def _sums(course: Course) -> Iterator[str]:
    for field in ("minutes", "points"):
        told, summed = getattr(course, field), sum(getattr(each, field) for each in course.topic)
        if told != summed:
            yield f"{field}: says {told}, its topics add up to {summed}"
    for topic in course.topic:
        summed = sum(part.points for part in topic.part)
        if topic.points != summed:
            yield f"topic.{topic.name}.points: says {topic.points}, its parts add up to {summed}"


def _names(course: Course) -> Iterator[str]:
    yield from _twice("topic", [each.name for each in course.topic])
    yield from _twice("course_part", [each.name for each in course.course_part])
    yield from _twice("objective", [o.id for each in course.topic for o in each.objective])
    topics = {each.name for each in course.topic}
    headings = {each.name for each in course.course_part}
    for unknown in set(course.frameworks) - set(FRAMEWORKS):
        yield f"frameworks: {unknown!r} is not one the engine serves"
    for topic in course.topic:
        where = f"topic.{topic.name}"
        yield from _twice(f"{where}.part", [part.name for part in topic.part])
        for missing in sorted(set(topic.requires) - topics):
            yield f"{where}.requires: there is no topic {missing!r}"
        if topic.course_part not in headings:
            yield f"{where}.course_part: there is no course_part {topic.course_part!r}"
        for part in topic.part:
            if part.framework is not None and part.framework not in course.frameworks:
                yield f"{where}.part.{part.name}.framework: {part.framework!r} is not among frameworks"


def _alone(course: Course) -> Iterator[str]:
    if course.edition != "student":
        yield "edition: must be 'student' in a folder that is handed out"
    if len(course.topic) != 1:
        yield f"topic: there are {len(course.topic)}, but the folder is the exercise of one"


def _twice(what: str, names: list[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what}: {name!r} stands {count} times"
