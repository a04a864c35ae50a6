"""The class that every side grades: right and wrong apps in turns, no two hand-ins of one content."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.catalog import Catalog, Topic
from autograder.frameworks import FRAMEWORKS

__all__ = ["Class", "contract_parts", "generated"]

Apps = Mapping[str, str]
"""One student's apps by part."""


@dataclass(frozen=True, slots=True)
class Class:
    """What is graded.

    Attributes:
        apps: of each student.
        jobs: how many cores a side may use, where it can use several.
    """

    catalog: Catalog
    topic: Topic
    apps: Sequence[Apps]
    jobs: int

    def students(self) -> Iterator[tuple[str, Apps]]:
        """Their ids, with their apps."""
        return ((f"s{number:05}", each) for number, each in enumerate(self.apps))


def contract_parts(topic: Topic) -> list[str]:
    """The parts that both sides can judge, each named for its framework."""
    return [part.framework for part in topic.part if part.kind == "contract" and part.framework]


def generated(catalog: Catalog, topic: Topic, submissions: int, *, jobs: int) -> Class:
    """A class of the solutions, the other right apps and the named wrong ones, in turns."""
    places = catalog.places(topic.name)
    pools = {}
    for part in contract_parts(topic):
        solution = places.solution / f"{FRAMEWORKS[part].module}.py"
        others = sorted(
            file for kind in ("right", "wrong") for file in (places.hidden / kind).glob(f"*.{part}.py")
        )
        pools[part] = itertools.cycle([file.read_text("utf-8") for file in (solution, *others)])
    apps = [
        # The comment makes every hand-in another content, so that no cache can help.
        {part: f"{next(pool)}\n# hand-in {number}\n" for part, pool in pools.items()}
        for number in range(submissions)
    ]
    return Class(catalog, topic, apps, jobs)
