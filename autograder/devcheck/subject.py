"""What the rules about one topic look at: its places, its collected checks, its trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.catalog import Catalog, Part, Places, Topic
from autograder.checks.message import CheckInfo
from autograder.checks.runner import CheckRunner
from autograder.devcheck.authored import contract_parts
from autograder.devcheck.bench import Trial
from autograder.devcheck.violation import Fault, shown
from autograder.errors import GradingBroken

__all__ = ["Subject", "look_at"]


@dataclass(frozen=True, slots=True)
class Subject:
    """One topic under check.

    Attributes:
        catalog: the course, in which the topic counts as ready.
        topic: the topic.
        checks: the hidden checks by part; a part is absent when its checks cannot be collected.
        examples: the brief's examples.
        uncollected: why checks could not be collected.
        trials: what became of the authored apps; empty while nothing was run.
    """

    catalog: Catalog
    topic: Topic
    checks: Mapping[str, tuple[CheckInfo, ...]] = field(default_factory=dict)
    examples: tuple[CheckInfo, ...] = ()
    uncollected: tuple[Fault, ...] = ()
    trials: tuple[Trial, ...] = ()

    @property
    def root(self) -> Path:
        """The course's root."""
        return self.catalog.root

    @property
    def places(self) -> Places:
        """The topic's four places."""
        return self.catalog.places(self.topic.name)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that checks judge over HTTP."""
        return contract_parts(self.topic)


def look_at(catalog: Catalog, topic: Topic) -> Subject:
    """Collect the topic's checks, without running anything."""
    places = catalog.places(topic.name)
    collected: dict[tuple[Path, ...], tuple[CheckInfo, ...]] = {}
    checks: dict[str, tuple[CheckInfo, ...]] = {}
    faults: list[Fault] = []
    wanted = {part.name: places.hidden_checks(part.framework) for part in contract_parts(topic)}
    for files in dict.fromkeys((*wanted.values(), (places.examples,))):
        absent = [file for file in files if not file.is_file()]
        if absent:
            continue  # the rule about places names it
        try:
            # Not as graded: a check without points is found by a rule, together with all others.
            with CheckRunner(files, graded=False) as runner:
                collected[files] = runner.infos
        except GradingBroken as error:
            faults.append(Fault(shown(catalog.root, files[-1]), error.what, error.remedy))
    for part, files in wanted.items():
        if files in collected:
            checks[part] = collected[files]
    return Subject(catalog, topic, checks, collected.get((places.examples,), ()), tuple(faults))
