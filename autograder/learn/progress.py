"""What there is to tell of a learner's progress: one row a part, and the sums, as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from autograder.catalog import Catalog, Part, Topic
from autograder.learn.next_up import NextUp, next_up, part_minutes
from autograder.learn.standing import PartStanding, Standing, State
from autograder.learn.starters import Starters, worked_on

__all__ = ["FORMAT_VERSION", "Overview", "Row", "document", "overview"]

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One part of one topic, as its learner stands.

    Attributes:
        worked_on: its files are known to differ from those handed out.
        untouched: they are known to be as handed out.
    """

    topic: Topic
    part: Part
    standing: PartStanding
    worked_on: bool
    untouched: bool
    gave_up: bool

    @property
    def state(self) -> State:
        """How far it is; a check of the whole topic looks at untouched parts, too, and begins none."""
        is_new = self.standing.state is State.TRIED and self.untouched
        return State.NEW if is_new else self.standing.state

    @property
    def is_passed(self) -> bool:
        """Whether nothing is left to do."""
        return self.standing.state is State.PASSED


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole course, as its learner stands.

    Attributes:
        rows: one for each part of each ready topic, in course order.
        next: what to do next; None when all is passed.
        examples: whether the checks are the brief's examples, as in a student edition.
    """

    rows: tuple[Row, ...]
    next: NextUp | None
    examples: bool

    @property
    def passed(self) -> int:
        """How many parts are passed."""
        return sum(row.is_passed for row in self.rows)

    @property
    def minutes_left(self) -> int:
        """What the parts take that are not passed yet."""
        return round(sum(part_minutes(row.topic, row.part) for row in self.rows if not row.is_passed))

    @property
    def has_begun(self) -> bool:
        """Whether anything was checked or edited."""
        return any(row.worked_on or row.standing.tries for row in self.rows)

    def of(self, topic: Topic) -> tuple[Row, ...]:
        """The rows of one topic."""
        return tuple(row for row in self.rows if row.topic.name == topic.name)


def overview(catalog: Catalog, standing: Standing, starters: Starters) -> Overview:
    """The learner's progress.

    Args:
        catalog: the course, which their files lie in.
        standing: from their events.
        starters: what the files were; where unknown, nothing counts as worked on.
    """
    return Overview(
        tuple(_rows(catalog, standing, starters)),
        next_up(catalog, standing),
        examples=catalog.course.edition == "student",
    )


def document(seen: Overview) -> dict[str, object]:
    """The same for a program, as JSON."""
    points = {} if seen.examples else {"points": sum(row.standing.points for row in seen.rows)}
    return {
        "format": "course-progress",
        "format_version": FORMAT_VERSION,
        "judged_by": "examples" if seen.examples else "checks",
        "parts": [_part(row) for row in seen.rows],
        "passed": seen.passed,
        **points,
        "max_points": sum(row.part.points for row in seen.rows),
        "minutes_left": seen.minutes_left,
        "next": {"topic": seen.next.topic.name, "part": seen.next.part.name} if seen.next else None,
    }


def _rows(catalog: Catalog, standing: Standing, starters: Starters) -> Iterator[Row]:
    for topic in catalog.ready:
        for part in topic.part:
            is_known = topic.name in starters.by_topic
            differs = is_known and worked_on(catalog, starters, topic, part)
            yield Row(
                topic,
                part,
                standing.part(topic.name, part.name),
                worked_on=differs,
                untouched=is_known and not differs,
                gave_up=standing.gave_up(topic.name, part.name),
            )


def _part(row: Row) -> dict[str, object]:
    told = asdict(row.standing)
    return {
        "topic": row.topic.name,
        "part": row.part.name,
        "title": row.topic.title,
        "framework": row.part.framework,
        "worked_on": row.worked_on,
        "gave_up": row.gave_up,
        **told,
        "hints": list(row.standing.hints),
        "max_points": row.part.points,
        "minutes": round(part_minutes(row.topic, row.part)),
    }
