"""What there is to tell of a learner's progress: one row a part, and the sums, as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from autograder.catalog import Catalog, Topic
from autograder.learn.next_up import NextUp, next_up
from autograder.learn.row import Row, part_minutes
from autograder.learn.standing import Standing, State
from autograder.learn.starters import Starters, worked_on

__all__ = ["FORMAT_VERSION", "Overview", "document", "overview"]

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole course, as its learner stands.

    Attributes:
        rows: one for each part of each ready topic, in course order.
        next: what to do next; None when all is passed.
        examples: whether the checks are the brief's examples, as in a student edition.
        runs: how often anything was checked; a check of a whole topic counts once.
    """

    rows: tuple[Row, ...]
    next: NextUp | None
    examples: bool
    runs: int

    @property
    def points(self) -> float:
        """What the files, as they are, are known to earn."""
        return sum(row.points for row in self.rows)

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

    @property
    def begun(self) -> tuple[Row, ...]:
        """What was begun and is not passed."""
        return tuple(
            row
            for row in self.rows
            if row.standing.state is State.REGRESSED or (row.is_begun and not row.is_passed)
        )

    def of(self, topic: Topic) -> tuple[Row, ...]:
        """The rows of one topic."""
        return tuple(row for row in self.rows if row.topic.name == topic.name)


def overview(catalog: Catalog, standing: Standing, starters: Starters) -> Overview:
    """The learner's progress.

    Args:
        catalog: the course, which their files lie in.
        standing: from their events, as ``changes.as_it_is_now`` marks it.
        starters: what the files were; where unknown, nothing counts as worked on.
    """
    rows = tuple(_rows(catalog, standing, starters))
    return Overview(rows, next_up(rows), examples=catalog.course.edition == "student", runs=standing.runs)


def document(seen: Overview) -> dict[str, object]:
    """The same for a program, as JSON."""
    points = {} if seen.examples else {"points": seen.points}
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
                hidden_checks=catalog.course.unseen_checks.get(topic.name, {}).get(part.name),
            )


def _part(row: Row) -> dict[str, object]:
    told = asdict(row.standing)
    for name in ("stamp", "shown", "run", "changed"):
        del told[name]
    return {
        "topic": row.topic.name,
        "part": row.part.name,
        "title": row.topic.title,
        "framework": row.part.framework,
        "worked_on": row.worked_on,
        "gave_up": row.gave_up,
        **told,
        "state": State.CHANGED if row.passed_before else row.standing.state,
        "changed_since": row.standing.changed or None,
        "hints": list(row.standing.hints),
        "max_points": row.part.points,
        "hidden_checks": row.hidden_checks,
        "minutes": round(part_minutes(row.topic, row.part)),
    }
